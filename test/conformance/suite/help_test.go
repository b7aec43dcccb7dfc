package suite

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"conformance/host"
	"github.com/hashicorp/vault/sdk/framework"
	"github.com/hashicorp/vault/sdk/logical"
)

// Paths of Vault's Key Management engine, with the methods that its documentation has.
var surface = map[string][]string{
	"/key/":                      {"get"},
	"/key/{name}":                {"get", "post", "delete"},
	"/key/{name}/rotate":         {"post"},
	"/key/{name}/kms/":           {"get"},
	"/kms/":                      {"get"},
	"/kms/{name}":                {"get", "post", "delete"},
	"/kms/{name}/key/":           {"get"},
	"/kms/{name}/key/{key_name}": {"get", "post", "delete"},
}

func TestHelpOfAPath(t *testing.T) {
	m := mount(t, keymgmt)
	data := expectStatus(t, m.Do(soon(t), logical.HelpOperation, "key/app", nil), http.StatusOK).Data()
	help, _ := data["help"].(string)
	for _, part := range []string{"Request:        key/app\n", "Matching Route: ^key/", "min_enabled_version (int)"} {
		if !strings.Contains(help, part) {
			t.Errorf("%q is not in the help:\n%s", part, help)
		}
	}
}

func TestHelpOfTheMount(t *testing.T) {
	m := mount(t, keymgmt)
	help, _ := m.Do(soon(t), logical.HelpOperation, "", nil).Data()["help"].(string)
	if !strings.Contains(help, "## PATHS") || !strings.Contains(help, "    ^kms/") {
		t.Fatalf("the help is\n%s", help)
	}
}

func TestOpenAPIIsDecodedAsServersDo(t *testing.T) {
	m := mount(t, keymgmt)
	document := openAPI(t, m)
	expectEqual(t, "version", document.Info.Version, host.Version)
	for path, methods := range surface {
		item := document.Paths[shown(document, path)]
		if item == nil {
			t.Errorf("%s is missing", path)
			continue
		}
		operations := map[string]*framework.OASOperation{"get": item.Get, "post": item.Post, "delete": item.Delete}
		for method, operation := range operations {
			if wanted := strings.Contains(fmt.Sprint(methods), method); wanted != (operation != nil) {
				t.Errorf("%s %s: there is %v, there should be %v", method, path, operation != nil, wanted)
			}
		}
		for _, parameter := range item.Parameters {
			if parameter.In != "path" || !parameter.Required {
				t.Errorf("%s: parameter %s is in %q, required %v", path, parameter.Name, parameter.In, parameter.Required)
			}
		}
	}
}

// shown is the path as the document has it: a list has a slash at its end, or not, by the generation.
func shown(document *framework.OASDocument, path string) string {
	if _, ok := document.Paths[path]; !ok {
		return strings.TrimSuffix(path, "/")
	}
	return path
}

func openAPI(t *testing.T, m *host.Mount) *framework.OASDocument {
	t.Helper()
	answer := m.Do(soon(t), logical.HelpOperation, "", object{"requestResponsePrefix": "keymgmt"})
	expectStatus(t, answer, http.StatusOK)
	raw, ok := answer.Data()["openapi"].(object)
	if !ok {
		t.Fatalf("openapi is %T", answer.Data()["openapi"])
	}
	document, err := framework.NewOASDocumentFromMap(raw)
	if err != nil {
		t.Fatal(err)
	}
	return document
}
