# The environment of the functions: every setting, a dash where it is not set, for SCF takes no empty value.
locals {
  setting_names = [
    "INPUT_BUCKET", "INPUT_PREFIX", "INPUT_SUFFIXES",
    "OUTPUT_BUCKET", "OUTPUT_REGION", "OUTPUT_PREFIX", "OUTPUT_NAME",
    "INDEX_BUCKET", "INDEX_PREFIX",
    "TEMPLATE_ID", "AUDIO_MODE", "AUDIO_CODEC", "AUDIO_SAMPLERATE", "AUDIO_BITRATE", "AUDIO_CHANNELS",
    "QUEUE_ID", "JOB_LEVEL",
    "CALLBACK_FORMAT", "CALLBACK_URL", "CALLBACK_SECRETS", "CALLBACK_TTL_HOURS", "VERIFY_CALLBACKS",
    "WEBHOOK_URL", "WEBHOOK_SECRETS",
    "MAX_INPUT_BYTES", "ENABLED",
    "CLAIM_SETTLE_SECONDS", "PENDING_GRACE_SECONDS", "SEGMENT_GRACE_SECONDS", "LOG_LEVEL",
    "COS_ENDPOINT", "CI_ENDPOINT", "SSM_ENDPOINT",
  ]

  # Those that have a variable of their own.
  own_variables = ["INPUT_BUCKET", "CALLBACK_URL", "CALLBACK_SECRETS", "WEBHOOK_URL", "WEBHOOK_SECRETS"]

  # A dash is how one writes that a setting is not set.
  given = { for name, value in var.settings : name => value if !contains(["", "-"], value) }

  settings = merge(
    { for name in local.setting_names : name => "-" },
    local.given,
    {
      INPUT_BUCKET     = var.input_bucket
      INPUT_PREFIX     = local.input_prefix
      INDEX_PREFIX     = local.index_prefix
      CALLBACK_SECRETS = coalesce(var.callback_secrets, "-")
      WEBHOOK_URL      = coalesce(var.webhook_url, "-")
      WEBHOOK_SECRETS  = coalesce(var.webhook_secrets, "-")
    },
  )

  input_prefix = lookup(local.given, "INPUT_PREFIX", "incoming/")
  index_prefix = lookup(local.given, "INDEX_PREFIX", "index/")
  index_bucket = lookup(local.given, "INDEX_BUCKET", var.input_bucket)
}
