output "callback_url" {
  description = "Where Cloud Infinite reports to; a dash means that the provider did not tell it: see docs/deploy.md."
  value       = local.callback_url
}

output "functions" {
  description = "The functions' names."
  value = [
    tencentcloud_scf_function.submit.name,
    tencentcloud_scf_function.callback.name,
    tencentcloud_scf_function.reconcile.name,
  ]
}
