package host

import (
	"context"
	"errors"
	"net/http"

	"github.com/hashicorp/vault/sdk/helper/errutil"
	"github.com/hashicorp/vault/sdk/logical"
)

// Answer is what a client gets for a request.
type Answer struct {
	// Status is HTTP's, by Vault's own rules.
	Status   int
	Response *logical.Response
	// Err is what the client is told; nil where the request succeeded.
	Err error
	// Cause is the error that the plugin gave, before the server made a text of it.
	Cause error
}

// Data is the response's; nil where there is none.
func (a Answer) Data() map[string]interface{} {
	if a.Response == nil {
		return nil
	}
	return a.Response.Data
}

// Do sends one request to the plugin.
func (m *Mount) Do(ctx context.Context, operation logical.Operation, path string, data map[string]interface{}) Answer {
	return m.Send(ctx, &logical.Request{Operation: operation, Path: path, Data: data})
}

// Send sends one request, in which the server's own members are missing, to the plugin.
func (m *Mount) Send(ctx context.Context, request *logical.Request) Answer {
	request.Storage = m.Storage
	response, cause := m.HandleRequest(ctx, request)
	status, err := logical.RespondErrorCommon(request, response, cause)
	if status == 0 {
		status = http.StatusOK
		if response == nil {
			status = http.StatusNoContent
		}
	}
	return Answer{status, response, err, cause}
}

// Write asks first whether there is something to update, as a server does for each write.
func (m *Mount) Write(ctx context.Context, path string, data map[string]interface{}) Answer {
	request := &logical.Request{Operation: logical.UpdateOperation, Path: path, Data: data, Storage: m.Storage}
	checked, exists, err := m.HandleExistenceCheck(ctx, request)
	switch {
	case err == logical.ErrUnsupportedPath: // The request itself will say so.
	case errors.As(err, &errutil.UserError{}):
		return Answer{http.StatusBadRequest, nil, err, err}
	case err != nil:
		return Answer{http.StatusInternalServerError, nil, errors.New("internal error"), err}
	}
	if checked && !exists {
		request.Operation = logical.CreateOperation
	}
	return m.Send(ctx, request)
}

func (m *Mount) Read(ctx context.Context, path string) Answer {
	return m.Do(ctx, logical.ReadOperation, path, nil)
}

func (m *Mount) List(ctx context.Context, path string) Answer {
	return m.Do(ctx, logical.ListOperation, path, nil)
}

func (m *Mount) Delete(ctx context.Context, path string) Answer {
	return m.Do(ctx, logical.DeleteOperation, path, nil)
}
