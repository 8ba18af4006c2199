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

variable "settings" {
  description = "The other settings by name (docs/settings.md); what is left out has its default."
  type        = map(string)
  default     = {}
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
