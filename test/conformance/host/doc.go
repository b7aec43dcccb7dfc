// Package host is what of a Vault server a plugin meets: the catalog that starts it, the storage and the system view of
// each mount, the log. All that speaks to the plugin is HashiCorp's own: sdk/plugin and go-plugin.
//
// The build tag "legacy" stands for the SDK of Vault 1.11, which knows no protocol 5.
package host
