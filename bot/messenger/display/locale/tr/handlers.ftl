handlers-failed = Burada bir şeyler ters gitti; lütfen yeniden deneyin.
handlers-given-up = Üzgünüm, bu mesajı işleyemiyorum ve bir kenara koydum. Lütfen başka sözcüklerle sorun.
