access-refused = This bot answers only those whom its keepers have let in. To be let in, give them your id: { $user }.
