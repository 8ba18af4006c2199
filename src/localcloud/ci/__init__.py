"""Cloud Infinite (CI): media jobs, of which VoiceSeparate is offered."""
