variable "input_bucket" {
  description = "The bucket that recordings are uploaded to: full name with the APPID, in the provider's region."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]*-[0-9]+$", var.input_bucket))
    error_message = "A bucket's full name ends with the APPID, like media-1250000000."
  }
}

variable "region" {
  description = "The bucket's region; a COS trigger does not cross regions."
  type        = string
}

variable "package" {
  description = "What `make package` built. Name it after its content, or Terraform does not notice that it has changed."
  type        = string
  default     = "../../build/voice-separation.zip"
}

variable "callback_secrets" {
  description = "CALLBACK_SECRETS: one or more secrets separated by commas (openssl rand -hex 32), or ssm:<name>."
  type        = string
  sensitive   = true
}

variable "callback_url" {
  description = "CALLBACK_URL, where it is not to be the function's own URL: a domain of yours that leads to it."
  type        = string
  default     = ""
}

variable "webhook_url" {
  description = "WEBHOOK_URL: who is told when a job has ended; a dash tells nobody. It may hold a token."
  type        = string
  default     = "-"
  sensitive   = true
}

variable "webhook_secrets" {
  description = "WEBHOOK_SECRETS: what it is told is signed with, one or more of whsec_<base64> separated by commas, or ssm:<name>."
  type        = string
  default     = "-"
  sensitive   = true
}

variable "settings" {
  description = "The other settings by name (docs/settings.md); what is left out, or a dash, has its default."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.settings), local.setting_names)) == 0
    error_message = "No such settings: ${join(", ", setsubtract(keys(var.settings), local.setting_names))}."
  }

  validation {
    condition     = length(setintersection(keys(var.settings), local.own_variables)) == 0
    error_message = "These have variables of their own: ${join(", ", setintersection(keys(var.settings), local.own_variables))}."
  }

  validation {
    condition = alltrue([
      for name in ["INPUT_PREFIX", "OUTPUT_PREFIX", "INDEX_PREFIX"] : !can(regex("[*?]", lookup(var.settings, name, "")))
    ])
    error_message = "A prefix with * or ? would stand for other keys in the policies; choose another."
  }

  validation {
    condition = (
      contains(["", "-"], lookup(var.settings, "INDEX_BUCKET", "-"))
      || endswith(lookup(var.settings, "INDEX_BUCKET", "-"), regex("-[0-9]+$", var.input_bucket))
    )
    error_message = "INDEX_BUCKET is another account's: its owner has to grant the access, with a bucket policy."
  }
}

variable "log_topic" {
  description = "A log topic of your own, with indexes, in CLS; without one SCF makes one."
  type        = object({ logset_id = string, topic_id = string })
  default     = null
}

variable "create_bucket" {
  description = "Whether to make the bucket; CI and Smart Audio are opened for it in the console in any case."
  type        = bool
  default     = false
}

variable "owner_uin" {
  description = "The number of the root account, to name it in the policies; without it they mean their creator's."
  type        = string
  default     = ""
}

variable "name" {
  description = "What the names of the functions begin with: <name>-<stage>-<app> of serverless.yml."
  type        = string
  default     = "voice-dev-separation"
}
