handlers-failed = Burada bir şeyler ters gitti; lütfen yeniden deneyin.
