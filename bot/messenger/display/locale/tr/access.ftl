access-refused = Bu bot yalnızca yöneticilerinin izin verdiği kişilere yanıt verir. İzin almak için onlara kimlik numaranızı iletin: { $user }.
