package suite

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/hashicorp/vault/sdk/helper/errutil"
	"github.com/hashicorp/vault/sdk/logical"
)

func TestErrorsBecomeTheServersOwn(t *testing.T) {
	m, ctx := mount(t, echo), soon(t)
	for _, thrown := range []struct {
		kind, message string
		status        int
		cause         error
	}{
		{"unsupported_operation", "unsupported operation", http.StatusMethodNotAllowed, logical.ErrUnsupportedOperation},
		{"invalid_request", "invalid request", http.StatusBadRequest, logical.ErrInvalidRequest},
		{"permission_denied", "permission denied", http.StatusForbidden, logical.ErrPermissionDenied},
		{"invalid_request", "name is missing", http.StatusInternalServerError, logical.CodedError(400, "name is missing")},
		{"permission_denied", "not for you", http.StatusInternalServerError, logical.CodedError(403, "not for you")},
		{"coded", "short and stout", http.StatusInternalServerError, logical.CodedError(418, "short and stout")},
		{"internal", "out of order", http.StatusInternalServerError, errutil.InternalError{Err: "out of order"}},
		{"mistake", "x is undefined", http.StatusInternalServerError, errutil.InternalError{Err: "internal error"}},
	} {
		answer := m.Do(ctx, logical.ReadOperation, "throw", object{"kind": thrown.kind, "message": thrown.message})
		expectError(t, answer, thrown.status)
		if !reflect.DeepEqual(answer.Cause, thrown.cause) {
			t.Errorf("%s: the error is %#v and not %#v", thrown.kind, answer.Cause, thrown.cause)
		}
	}
}

func TestOtherErrorsKeepTheirText(t *testing.T) {
	answer := mount(t, echo).Do(soon(t), logical.ReadOperation, "throw", object{"message": "upstream rate limited"})
	expectError(t, answer, http.StatusBadGateway)
	if answer.Cause.Error() != "upstream rate limited" {
		t.Fatalf("the error is %v", answer.Cause)
	}
}

func TestUserErrorIsAnErrorResponse(t *testing.T) {
	m, ctx := mount(t, echo), soon(t)
	thrown := m.Do(ctx, logical.ReadOperation, "throw", object{"kind": "user_error", "message": "name is missing"})
	for text, answer := range map[string]struct {
		status int
		err    error
		cause  error
	}{
		"name is missing": {thrown.Status, thrown.Err, thrown.Cause},
	} {
		if answer.status != http.StatusBadRequest || answer.err.Error() != text || answer.cause != nil {
			t.Errorf("%+v", answer)
		}
	}
	expectError(t, m.Read(ctx, "error-response"), http.StatusBadRequest, "told off")
}
