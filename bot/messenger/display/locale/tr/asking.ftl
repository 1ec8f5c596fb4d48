asking-stored = Devam soruları ve düğmeler çalışsın diye sorularınızı ve yanıtlarımı saklıyorum. /forget hakkınızdaki her şeyi siler.
asking-since = Yalnızca { $since } ve sonrasında yayımlanan haberlerden. /since off bu sınırı kaldırır.
asking-until = Yalnızca { $until } ve öncesinde yayımlanan haberlerden. /until off bu sınırı kaldırır.
asking-between = Yalnızca { $since } ile { $until } arasında yayımlanan haberlerden. /since off ve /until off bu sınırları kaldırır.
asking-empty = Lütfen bir soru yazın; örneğin “Köprüyü kim açtı?”.
asking-too-long = Bu { $chars } karakter; lütfen en çok { $most } karakterle sorun.
asking-wordless = Yalnızca metin okuyabiliyorum: lütfen sorunuzu yazın.
asking-spoken = Ses kayıtlarını dinleyemiyorum: lütfen sorunuzu yazın.
