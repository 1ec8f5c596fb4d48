pressing-unknown = Bu düğmeyi artık tanımıyorum. Lütfen yeniden sorun.
pressing-forgotten = Bu yanıt artık saklanmıyor. Lütfen yeniden sorun.
pressing-helpful = Teşekkürler, not aldım.
pressing-unhelpful = Teşekkürler, not aldım. Soruda ad ve tarih belirtmek çoğu zaman işe yarar.
