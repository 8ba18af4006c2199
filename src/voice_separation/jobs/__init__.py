"""The jobs protocol of Cloud Infinite (CI) for Tag VoiceSeparate: what is asked for and what comes back.

Vendor pages: cloud.tencent.com/document/product/460/84794 (job), 436/120977 (AudioMode and AudioConfig),
436/120621 (query), 1045/49531 (callback).
"""
