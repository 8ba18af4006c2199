terraform {
  required_version = ">= 1.5"

  required_providers {
    tencentcloud = {
      source  = "tencentcloudstack/tencentcloud"
      version = ">= 1.83.25" # the first release known to have tencentcloud_scf_trigger
    }
  }
}

provider "tencentcloud" { # its key is in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY
  region = var.region
}
