"""Every upload to a COS bucket becomes one Cloud Infinite VoiceSeparate job and one entry in a JSON index.

This package is what runs in the cloud. The doors `submit.py` and `callback.py` at the root of the function
package read the settings, build the clients and call one use case each: `submission` or `completion`.
"""
