package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	authnv1 "k8s.io/api/authentication/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/keyutil"
)

// tokenIssuer issues and checks bound service account tokens: JWTs (ES256), laid out as kube-apiserver's, signed with a key from
// a file, so that they outlive this process.
type tokenIssuer struct {
	issuer string
	key    *ecdsa.PrivateKey
	known  []*ecdsa.PublicKey
	client kubernetes.Interface
}

func newTokenIssuer(o *serverOptions, client kubernetes.Interface) (*tokenIssuer, error) {
	t := &tokenIssuer{issuer: o.accountIssuer, client: client}
	private, err := keyutil.PrivateKeyFromFile(o.accountSigningKey)
	if err != nil {
		return nil, err
	}
	var ok bool
	if t.key, ok = private.(*ecdsa.PrivateKey); !ok || t.key.Curve.Params().BitSize != 256 {
		return nil, fmt.Errorf("%s: not an ECDSA P-256 key", o.accountSigningKey)
	}
	for _, file := range o.accountKeys {
		keys, err := keyutil.PublicKeysFromFile(file)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if public, ok := key.(*ecdsa.PublicKey); ok {
				t.known = append(t.known, public)
			}
		}
	}
	return t, nil
}

type claims struct {
	Issuer     string   `json:"iss"`
	Subject    string   `json:"sub"`
	Audience   []string `json:"aud"`
	ID         string   `json:"jti"`
	IssuedAt   int64    `json:"iat"`
	NotBefore  int64    `json:"nbf"`
	Expiry     int64    `json:"exp"`
	Kubernetes struct {
		Namespace      string `json:"namespace"`
		ServiceAccount ref    `json:"serviceaccount"`
		Pod            *ref   `json:"pod,omitempty"`
		Node           *ref   `json:"node,omitempty"`
	} `json:"kubernetes.io"`
}

type ref struct {
	Name string    `json:"name"`
	UID  types.UID `json:"uid"`
}

func refTo(o metav1.Object) *ref { return &ref{o.GetName(), o.GetUID()} }

var base64url = base64.RawURLEncoding

func (t *tokenIssuer) sign(c *claims) (string, error) {
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	body := base64url.EncodeToString([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + base64url.EncodeToString(payload)
	digest := sha256.Sum256([]byte(body))
	r, s, err := ecdsa.Sign(rand.Reader, t.key, digest[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64) // RFC 7518, section 3.4: r and s, 32 octets each
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return body + "." + base64url.EncodeToString(signature), nil
}

// verify returns nil for a token that is not one of ours.
func (t *tokenIssuer) verify(token string) *claims {
	dot := max(strings.LastIndexByte(token, '.'), 0)
	body := token[:dot]
	signature, err := base64url.DecodeString(strings.TrimPrefix(token[dot:], "."))
	if err != nil || len(signature) != 64 {
		return nil
	}
	digest := sha256.Sum256([]byte(body))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !slices.ContainsFunc(t.known, func(k *ecdsa.PublicKey) bool { return ecdsa.Verify(k, digest[:], r, s) }) {
		return nil
	}
	_, encoded, _ := strings.Cut(body, ".")
	payload, err := base64url.DecodeString(encoded)
	var c claims
	if err != nil || json.Unmarshal(payload, &c) != nil || c.Issuer != t.issuer {
		return nil
	}
	return &c
}

// AuthenticateToken accepts a token while everything it is bound to is there.
func (t *tokenIssuer) AuthenticateToken(ctx context.Context, token string) (*authenticator.Response, bool, error) {
	c := t.verify(token)
	if c == nil {
		return nil, false, nil
	}
	if time.Now().Unix() > c.Expiry {
		return nil, false, errors.New("token has expired")
	}
	wanted, _ := authenticator.AudiencesFrom(ctx)
	audiences := authenticator.Audiences(c.Audience).Intersect(wanted)
	if len(audiences) == 0 {
		return nil, false, fmt.Errorf("token audiences %q are not among %q", c.Audience, wanted)
	}
	k := c.Kubernetes
	account, err := t.client.CoreV1().ServiceAccounts(k.Namespace).Get(ctx, k.ServiceAccount.Name, metav1.GetOptions{})
	if err != nil || account.UID != k.ServiceAccount.UID {
		return nil, false, errors.New("service account has been deleted")
	}
	info := serviceaccount.ServiceAccountInfo{
		Namespace:    k.Namespace,
		Name:         account.Name,
		UID:          string(account.UID),
		CredentialID: "JTI=" + c.ID,
	}
	if k.Pod != nil {
		pod, err := t.client.CoreV1().Pods(k.Namespace).Get(ctx, k.Pod.Name, metav1.GetOptions{})
		if err != nil || pod.UID != k.Pod.UID {
			return nil, false, errors.New("pod has been deleted")
		}
		info.PodName, info.PodUID = k.Pod.Name, string(k.Pod.UID)
	}
	if k.Node != nil {
		info.NodeName, info.NodeUID = k.Node.Name, string(k.Node.UID)
		// A token bound to a pod only names the node it ran on; one bound to a node ends with it.
		if node, err := t.client.CoreV1().Nodes().Get(ctx, k.Node.Name, metav1.GetOptions{}); k.Pod == nil && (err != nil || node.UID != k.Node.UID) {
			return nil, false, errors.New("node has been deleted")
		}
	}
	return &authenticator.Response{User: info.UserInfo(), Audiences: audiences}, true, nil
}

// bind adds what the token shall end with to its claims.
func (t *tokenIssuer) bind(ctx context.Context, c *claims, to *authnv1.BoundObjectReference) error {
	k := &c.Kubernetes
	var bound metav1.Object
	switch to.Kind {
	case "Pod":
		pod, err := t.client.CoreV1().Pods(k.Namespace).Get(ctx, to.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if pod.Spec.ServiceAccountName != k.ServiceAccount.Name {
			return apierrors.NewBadRequest(fmt.Sprintf("cannot bind token for serviceaccount %q to pod running with different serviceaccount name.", k.ServiceAccount.Name))
		}
		if pod.Spec.NodeName != "" {
			k.Node = &ref{Name: pod.Spec.NodeName}
			if node, err := t.client.CoreV1().Nodes().Get(ctx, pod.Spec.NodeName, metav1.GetOptions{}); err == nil {
				k.Node.UID = node.UID
			}
		}
		bound, k.Pod = pod, refTo(pod)
	case "Node":
		node, err := t.client.CoreV1().Nodes().Get(ctx, to.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		bound, k.Node = node, refTo(node)
	default:
		return apierrors.NewBadRequest(fmt.Sprintf("cannot bind token to object of type %s", to.Kind))
	}
	if to.UID != "" && to.UID != bound.GetUID() {
		return apierrors.NewConflict(schema.GroupResource{Resource: strings.ToLower(to.Kind) + "s"}, to.Name,
			fmt.Errorf("the UID in the bound object reference (%s) does not match the UID in record", to.UID))
	}
	return nil
}

// tokenREST is serviceaccounts/token: TokenRequest.
type tokenREST struct{ *tokenIssuer }

func (tokenREST) New() runtime.Object { return &authnv1.TokenRequest{} }
func (tokenREST) Destroy()            {}
func (tokenREST) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return authnv1.SchemeGroupVersion.WithKind("TokenRequest")
}

func (t tokenREST) Create(ctx context.Context, name string, obj runtime.Object, _ rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	account, err := t.client.CoreV1().ServiceAccounts(apirequest.NamespaceValue(ctx)).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	request := obj.(*authnv1.TokenRequest).DeepCopy()
	spec := &request.Spec
	defPtr(&spec.ExpirationSeconds, 3600)
	if *spec.ExpirationSeconds < 600 {
		return nil, apierrors.NewBadRequest("spec.expirationSeconds: may not specify a duration less than 10 minutes")
	}
	if len(spec.Audiences) == 0 {
		spec.Audiences = []string{t.issuer}
	}
	now := time.Now()
	until := now.Add(time.Duration(*spec.ExpirationSeconds) * time.Second)
	c := &claims{
		Issuer:    t.issuer,
		Subject:   serviceaccount.MakeUsername(account.Namespace, account.Name),
		Audience:  spec.Audiences,
		ID:        string(uuid.NewUUID()),
		IssuedAt:  now.Unix(),
		NotBefore: now.Unix(),
		Expiry:    until.Unix(),
	}
	c.Kubernetes.Namespace, c.Kubernetes.ServiceAccount = account.Namespace, *refTo(account)
	if spec.BoundObjectRef != nil {
		if err := t.bind(ctx, c, spec.BoundObjectRef); err != nil {
			return nil, err
		}
	}
	token, err := t.sign(c)
	request.Status = authnv1.TokenRequestStatus{Token: token, ExpirationTimestamp: metav1.NewTime(until)}
	return request, err
}
