"""Cloud Object Storage (COS): buckets and objects on disk, spoken to as the vendor speaks."""
