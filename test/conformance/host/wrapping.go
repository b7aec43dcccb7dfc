package host

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// wrappingAPI is sys/wrapping/unwrap of a server, where a plugin without AutoMTLS fetches its certificate and key.
type wrappingAPI struct {
	listener *httptest.Server
	mu       sync.Mutex
	wrapped  map[string]map[string]any
}

func newWrappingAPI() *wrappingAPI {
	api := &wrappingAPI{wrapped: map[string]map[string]any{}}
	api.listener = httptest.NewServer(http.HandlerFunc(api.unwrap))
	return api
}

// wrap puts data away under a token: a JWT that names this server, as Vault makes it.
func (a *wrappingAPI) wrap(data map[string]any) (string, error) {
	now := time.Now()
	token, err := signedToken(map[string]any{
		"jti": rand.Text(), "type": "wrapping", "accessor": rand.Text(), "addr": a.listener.URL,
		"iat": now.Unix(), "nbf": now.Add(-5 * time.Second).Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrapped[token] = data
	return token, nil
}

// unwrap gives the data to whoever has its token, once.
func (a *wrappingAPI) unwrap(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	token := r.Header.Get("X-Vault-Token")
	data, ok := a.wrapped[token]
	if !ok || r.Method != http.MethodPut || r.URL.Path != "/v1/sys/wrapping/unwrap" {
		http.Error(w, `{"errors":["wrapping token is not valid or does not exist"]}`, http.StatusBadRequest)
		return
	}
	delete(a.wrapped, token)
	w.Header().Set("Content-Type", "application/json")
	// A failure to write shows as a plugin that does not start.
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

// signedToken makes a JWT with ES512.
func signedToken(claims map[string]any) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"ES512","typ":"JWT"}`)) + "." + encode(body)
	digest := sha512.Sum512([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", err
	}
	const half = 66
	signature := make([]byte, 2*half)
	r.FillBytes(signature[:half])
	s.FillBytes(signature[half:])
	return signed + "." + encode(signature), nil
}
