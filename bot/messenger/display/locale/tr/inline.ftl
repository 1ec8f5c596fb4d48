inline-hint = Bir soru yazın ya da bana özelden sorun
inline-slow = Yazmaya devam edin ya da bana özelden sorun
