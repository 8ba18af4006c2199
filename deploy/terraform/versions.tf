terraform {
  required_version = ">= 1.9" # a validation may look at more than its own variable

  required_providers {
    tencentcloud = {
      source = "tencentcloudstack/tencentcloud"
      # What this is written after. tencentcloud_scf_trigger is older (1.83.21 has it), but was at first without
      # trigger_attribute, and wanted a name for a function URL.
      version = ">= 1.83.25"
    }
  }
}

provider "tencentcloud" { # its key is in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY
  region = var.region
}
