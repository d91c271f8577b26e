package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/spf13/pflag"

	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/storage/storagebackend"
)

// serverOptions is the part of kube-apiserver's command line that has a meaning here, and three flags of our own.
type serverOptions struct {
	run       *genericoptions.ServerRunOptions
	etcd      *genericoptions.EtcdOptions
	serving   *genericoptions.SecureServingOptionsWithLoopback
	audit     *genericoptions.AuditOptions
	admission *genericoptions.AdmissionOptions

	authorizationModes                           []string
	tokenFile, clientCA                          string
	accountIssuer, accountSigningKey, serviceIPs string
	accountKeys                                  []string
	proxyCert, proxyKey, apiServiceCA, authzLog  string
	apiServices                                  map[string]string
}

// ignored flags of kube-apiserver: a launcher may give them to either server.
var ignored = map[string]string{
	"allow-privileged":                   "nothing is ever refused for being privileged",
	"requestheader-client-ca-file":       "no proxy stands in front of this server",
	"requestheader-allowed-names":        "no proxy stands in front of this server",
	"requestheader-username-headers":     "no proxy stands in front of this server",
	"requestheader-group-headers":        "no proxy stands in front of this server",
	"requestheader-extra-headers-prefix": "no proxy stands in front of this server",
}

func newOptions() *serverOptions {
	o := &serverOptions{
		run:       genericoptions.NewServerRunOptions(),
		etcd:      genericoptions.NewEtcdOptions(storagebackend.NewDefaultConfig("/registry", nil)),
		serving:   genericoptions.NewSecureServingOptions().WithLoopback(),
		audit:     genericoptions.NewAuditOptions(),
		admission: genericoptions.NewAdmissionOptions(),
	}
	o.serving.BindAddress, o.serving.BindPort = net.IPv4(127, 0, 0, 1), 6443
	return o
}

func (o *serverOptions) addFlags(fs *pflag.FlagSet) {
	o.run.AddUniversalFlags(fs)
	o.etcd.AddFlags(fs)
	o.serving.AddFlags(fs)
	o.audit.AddFlags(fs)
	o.admission.AddFlags(fs)
	fs.StringSliceVar(&o.authorizationModes, "authorization-mode", []string{"RBAC"}, "must be RBAC")
	fs.StringVar(&o.tokenFile, "token-auth-file", "", "CSV: token,user,uid,\"group,group\"")
	fs.StringVar(&o.clientCA, "client-ca-file", "", "CA whose client certificates are accepted (CN is the user, O the groups)")
	fs.StringVar(&o.accountIssuer, "service-account-issuer", "https://kubernetes.default.svc", "issuer and audience of service account tokens")
	fs.StringVar(&o.accountSigningKey, "service-account-signing-key-file", "", "PEM of the ECDSA P-256 key that signs service account tokens")
	fs.StringSliceVar(&o.accountKeys, "service-account-key-file", nil, "PEM of keys that service account tokens may be signed with")
	fs.StringVar(&o.serviceIPs, "service-cluster-ip-range", "10.96.0.0/16", "CIDR that cluster IPs come from")
	fs.StringVar(&o.proxyCert, "proxy-client-cert-file", "", "client certificate shown to aggregated API servers")
	fs.StringVar(&o.proxyKey, "proxy-client-key-file", "", "its key")
	for name, why := range ignored {
		fs.String(name, "", "ignored: "+why)
	}
	fs.StringToStringVar(&o.apiServices, "apiservice", nil, "group/version=http(s)://127.0.0.1:port: aggregated API proxied there")
	fs.StringVar(&o.apiServiceCA, "apiservice-ca-file", "", "CA of the aggregated API servers' certificates")
	fs.StringVar(&o.authzLog, "authz-log", "", "append one JSON line per RBAC decision to this file")
}

func (o *serverOptions) complete() error {
	if !slices.Equal(o.authorizationModes, []string{"RBAC"}) {
		return fmt.Errorf("--authorization-mode %v: only RBAC is known", o.authorizationModes)
	}
	if o.accountSigningKey == "" || len(o.accountKeys) == 0 {
		return errors.New("--service-account-signing-key-file and --service-account-key-file are required")
	}
	var err error
	if clusterIPs, err = netip.ParsePrefix(o.serviceIPs); err != nil {
		return fmt.Errorf("--service-cluster-ip-range: %w", err)
	}
	return errors.Join(o.run.Complete(), o.serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}))
}
