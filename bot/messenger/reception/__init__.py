"""Updates in, stored before they are acknowledged: by long polling or by a webhook."""
