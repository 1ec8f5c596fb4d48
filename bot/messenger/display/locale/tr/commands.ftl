commands-start =
    Bana bir soru sorun. Yalnızca dizindeki haberlerden yanıt verir, bunu söyleyen cümleyi başlığı, kaynağı ve tarihiyle alıntılarım. Haberlerde yanıt yoksa bunu söylerim.

    /help nasıl sorulacağını, /sources dizinde neler olduğunu gösterir.
commands-help =
    Soruyu tam bir cümleyle yazın; adlar ve tarihler işe yarar. Kalın sözcükler yanıttır, alttaki alıntı bunların nerede geçtiğini gösterir.

    Bir soru öncekilerin devamı olabilir ya da daha eski bir yanıta karşılık verebilir. Soruyu düzenlerseniz yanıtı da değişir. Grupta benden söz edin, iletilerimden birini yanıtlayın ya da /ask ve ardından soruyu yazın.
commands-editors = Dizini değiştirebilirsiniz: bana bir dosya, bağlantı ya da iletilmiş bir gönderi gönderin.
commands-line = { $command } – { $does }
commands-reset = Unutuldu. Sonraki sorunuz yeni bir konuşma başlatır.
commands-menu-ask = Soru sor, grupta da
commands-menu-sources = Dizinde hangi haberler var
commands-menu-latest = En yeni haberler
commands-menu-since = Yalnızca bir günden beri, örneğin pazartesi
commands-menu-until = Yalnızca bir güne kadar
commands-menu-watch = Bir sorunun yanıtı değişince haber ver
commands-menu-watches = İzlenen sorular
commands-menu-reset = Yeni bir konuşma başlat
commands-menu-forget = Hakkımdaki her şeyi sil
commands-menu-help = Nasıl sorulur
commands-menu-withdraw = Bir haberi geri çek
commands-menu-status = Sayılarla dizin ve kullanımı
commands-menu-rebuild = Dizini yeniden oluştur
