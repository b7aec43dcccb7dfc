// Answers questions with Vault's own sdk/framework, for the tests to compare with.
//
// Each line of standard input is {"ask": …}; it is written back as {"ask": …, "answer": …}, so that the recorded
// answers are renewed by
//
//	go run . < ../fixtures/coercion.jsonl > renewed
//
// An "ask" is a field with what a client sends for it, {"type", "default", "raw"} ("raw" is absent where it sends
// nothing), or a toy backend with requests to it, {"backend", "requests"}, or a name, {"blocks"}, for which the building
// blocks of patterns are written.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/sdk/framework"
	"github.com/hashicorp/vault/sdk/logical"
)

var types = map[string]framework.FieldType{
	"string":               framework.TypeString,
	"lowerCaseString":      framework.TypeLowerCaseString,
	"nameString":           framework.TypeNameString,
	"int":                  framework.TypeInt,
	"int64":                framework.TypeInt64,
	"float":                framework.TypeFloat,
	"bool":                 framework.TypeBool,
	"map":                  framework.TypeMap,
	"kvPairs":              framework.TypeKVPairs,
	"slice":                framework.TypeSlice,
	"stringSlice":          framework.TypeStringSlice,
	"commaStringSlice":     framework.TypeCommaStringSlice,
	"commaIntSlice":        framework.TypeCommaIntSlice,
	"durationSecond":       framework.TypeDurationSecond,
	"signedDurationSecond": framework.TypeSignedDurationSecond,
	"time":                 framework.TypeTime,
	"header":               framework.TypeHeader,
}

type field struct {
	Type          string                       `json:"type"`
	Description   string                       `json:"description"`
	Default       any                          `json:"default"`
	Required      bool                         `json:"required"`
	Deprecated    bool                         `json:"deprecated"`
	Query         bool                         `json:"query"`
	AllowedValues []any                        `json:"allowedValues"`
	DisplayAttrs  *framework.DisplayAttributes `json:"displayAttrs"`
}

type operation struct {
	Summary     string                       `json:"summary"`
	Description string                       `json:"description"`
	Unpublished bool                         `json:"unpublished"`
	Deprecated  bool                         `json:"deprecated"`
	Display     *framework.DisplayAttributes `json:"display"`
	Responses   map[int]struct {
		Description string           `json:"description"`
		Fields      map[string]field `json:"fields"`
	} `json:"responses"`
	// What the handler answers with: "raw" (the default), "nothing", "error" or "patch".
	Answer string `json:"answer"`
}

type path struct {
	Pattern             string                       `json:"pattern"`
	Fields              map[string]field             `json:"fields"`
	Operations          map[string]operation         `json:"operations"`
	Exists              *bool                        `json:"exists"`
	Synopsis            string                       `json:"synopsis"`
	Description         string                       `json:"description"`
	Display             *framework.DisplayAttributes `json:"display"`
	TakesArbitraryInput bool                         `json:"takesArbitraryInput"`
}

type backend struct {
	Help            string         `json:"help"`
	Root            []string       `json:"root"`
	Unauthenticated []string       `json:"unauthenticated"`
	Paths           []path         `json:"paths"`
	Resource        map[string]any `json:"resource"`
}

type request struct {
	Operation string         `json:"operation"`
	Path      string         `json:"path"`
	Data      map[string]any `json:"data"`
	Check     bool           `json:"check"`
}

type ask struct {
	field
	Raw      json.RawMessage `json:"raw"`
	Backend  *backend        `json:"backend"`
	Requests []request       `json:"requests"`
	Blocks   string          `json:"blocks"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var line struct {
			Ask json.RawMessage `json:"ask"`
		}
		var a ask
		check(json.Unmarshal(in.Bytes(), &line))
		check(json.Unmarshal(line.Ask, &a))
		var answer any
		switch {
		case a.Backend != nil:
			answer = serve(*a.Backend, a.Requests)
		case a.Blocks != "":
			answer = blocks(a.Blocks)
		default:
			answer = convert(a)
		}
		encoded := encode(map[string]any{"answer": answer})
		fmt.Fprintf(out, "{\"ask\":%s,%s\n", line.Ask, encoded[1:])
		out.Flush()
	}
	check(in.Err())
}

// blocks are the parts that patterns are built from, for a field of some name.
func blocks(name string) map[string]string {
	return map[string]string{
		"genericName":       framework.GenericNameRegex(name),
		"genericNameWithAt": framework.GenericNameWithAtRegex(name),
		"matchAll":          framework.MatchAllRegex(name),
		"optionalParam":     framework.OptionalParamRegex(name),
	}
}

// convert tells what a field makes of a value: what Get and GetOk give, or the error of the validation.
func convert(a ask) map[string]any {
	data := framework.FieldData{
		Raw:    map[string]any{},
		Schema: map[string]*framework.FieldSchema{"x": schema(a.field)},
	}
	if a.Raw != nil {
		var raw any
		check(json.Unmarshal(a.Raw, &raw))
		data.Raw["x"] = raw
	}
	if err := data.Validate(); err != nil {
		return map[string]any{"error": err.Error()}
	}
	_, sent := data.GetOk("x")
	return map[string]any{"value": plain(data.Get("x")), "sent": sent}
}

// plain makes a value fit for JSON: empty instead of nil, texts for the numbers that JSON does not have.
func plain(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		if typed == nil {
			return map[string]any{}
		}
	case map[string]string:
		if typed == nil {
			return map[string]any{}
		}
	case float64:
		if math.IsNaN(typed) || math.IsInf(typed, 0) {
			return fmt.Sprint(typed)
		}
	case time.Time:
		return typed.Format(time.RFC3339Nano)
	}
	return value
}

func schema(f field) *framework.FieldSchema {
	fieldType, ok := types[f.Type]
	if !ok {
		panic("unknown type " + f.Type)
	}
	return &framework.FieldSchema{
		Type: fieldType, Description: f.Description, Default: f.Default, Required: f.Required, Deprecated: f.Deprecated,
		Query: f.Query, AllowedValues: f.AllowedValues, DisplayAttrs: f.DisplayAttrs,
	}
}

func schemas(fields map[string]field) map[string]*framework.FieldSchema {
	made := map[string]*framework.FieldSchema{}
	for name, f := range fields {
		made[name] = schema(f)
	}
	return made
}

// serve sends requests to a backend and tells its answers.
func serve(b backend, requests []request) []any {
	made := &framework.Backend{
		Help:         b.Help,
		BackendType:  logical.TypeLogical,
		PathsSpecial: &logical.Paths{Root: b.Root, Unauthenticated: b.Unauthenticated},
	}
	for _, p := range b.Paths {
		made.Paths = append(made.Paths, toy(p, b.Resource))
	}
	check(made.Setup(context.Background(), &logical.BackendConfig{
		Logger: hclog.NewNullLogger(),
		System: &logical.StaticSystemView{PluginEnvironment: &logical.PluginEnvironment{VaultVersion: "1.21.1"}},
	}))
	answers := []any{}
	for _, r := range requests {
		answers = append(answers, send(made, r))
	}
	return answers
}

func send(b *framework.Backend, r request) (answer any) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = map[string]any{"panic": fmt.Sprint(reason)}
		}
	}()
	asked := &logical.Request{
		Operation: logical.Operation(r.Operation), Path: r.Path, Data: r.Data, Storage: &logical.InmemStorage{},
	}
	if r.Check {
		found, exists, err := b.HandleExistenceCheck(context.Background(), asked)
		if err != nil {
			return map[string]any{"failed": err.Error()}
		}
		return map[string]any{"found": found, "exists": exists}
	}
	response, err := b.HandleRequest(context.Background(), asked)
	if err != nil {
		return map[string]any{"failed": err.Error()}
	}
	if response == nil {
		return nil
	}
	return map[string]any{"data": response.Data, "warnings": response.Warnings}
}

func toy(p path, resource map[string]any) *framework.Path {
	made := &framework.Path{
		Pattern: p.Pattern, Fields: schemas(p.Fields), HelpSynopsis: p.Synopsis, HelpDescription: p.Description,
		DisplayAttrs: p.Display, TakesArbitraryInput: p.TakesArbitraryInput,
		Operations: map[logical.Operation]framework.OperationHandler{},
	}
	if p.Exists != nil {
		made.ExistenceCheck = func(context.Context, *logical.Request, *framework.FieldData) (bool, error) {
			return *p.Exists, nil
		}
	}
	for name, o := range p.Operations {
		responses := map[int][]framework.Response{}
		for code, r := range o.Responses {
			responses[code] = []framework.Response{{Description: r.Description, Fields: schemas(r.Fields)}}
		}
		made.Operations[logical.Operation(name)] = &framework.PathOperation{
			Callback: handler(p.Pattern, o.Answer, resource), Summary: o.Summary, Description: o.Description,
			Unpublished: o.Unpublished, Deprecated: o.Deprecated, DisplayAttrs: o.Display, Responses: responses,
		}
	}
	return made
}

func handler(pattern, answer string, resource map[string]any) framework.OperationFunc {
	return func(_ context.Context, _ *logical.Request, data *framework.FieldData) (*logical.Response, error) {
		switch answer {
		case "nothing":
			return nil, nil
		case "error":
			return logical.ErrorResponse("refused"), nil
		case "patch":
			patched, err := framework.HandlePatchOperation(data, resource, nil)
			if err != nil {
				return nil, err
			}
			var merged map[string]any
			check(json.Unmarshal(patched, &merged))
			return &logical.Response{Data: merged}, nil
		default:
			return &logical.Response{Data: map[string]any{"pattern": pattern, "raw": data.Raw}}, nil
		}
	}
}

// encode writes compact JSON without escaping <, > and &.
func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return bytes.TrimSpace(buffer.Bytes())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
