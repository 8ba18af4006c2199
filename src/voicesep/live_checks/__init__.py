"""`voicesep live-checks`: what the vendor does not document, asked of the real cloud once and written down."""
