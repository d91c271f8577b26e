package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	genericapiserver "k8s.io/apiserver/pkg/server"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/transport"
)

// aggregate stands in for kube-aggregator: each --apiservice is a group/version answered by another server on the loopback,
// behind this server's authentication and authorization.
func aggregate(s *genericapiserver.GenericAPIServer, o *serverOptions) error {
	if len(o.apiServices) == 0 {
		return nil
	}
	tlsConfig, err := backendTLS(o)
	if err != nil {
		return err
	}
	for gv, to := range o.apiServices {
		target, err := url.Parse(to)
		if err != nil {
			return err
		}
		if ip := net.ParseIP(target.Hostname()); ip == nil || !ip.IsLoopback() {
			return fmt.Errorf("--apiservice %s: %s is not a loopback address", gv, to)
		}
		parsed, err := schema.ParseGroupVersion(gv)
		if err != nil {
			return err
		}
		addAPIService(s, parsed, backendProxy(target, tlsConfig))
	}
	return nil
}

func backendTLS(o *serverOptions) (*tls.Config, error) {
	config := &tls.Config{}
	if o.apiServiceCA != "" {
		pem, err := os.ReadFile(o.apiServiceCA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	if o.proxyCert != "" {
		cert, err := tls.LoadX509KeyPair(o.proxyCert, o.proxyKey)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{cert}
	}
	return config, nil
}

func backendProxy(target *url.URL, tlsConfig *tls.Config) http.Handler {
	roundTripper := http.DefaultTransport.(*http.Transport).Clone()
	roundTripper.TLSClientConfig, roundTripper.Proxy = tlsConfig, nil
	return &httputil.ReverseProxy{
		FlushInterval: -1,
		Transport:     roundTripper,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(target)
			p.Out.Header.Del("Authorization")
			if u, ok := apirequest.UserFrom(p.In.Context()); ok {
				transport.SetAuthProxyHeaders(p.Out, u.GetName(), u.GetUID(), u.GetGroups(), u.GetExtra())
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "error trying to reach service: "+err.Error(), http.StatusServiceUnavailable)
		},
	}
}

func addAPIService(s *genericapiserver.GenericAPIServer, gv schema.GroupVersion, proxy http.Handler) {
	path := "/apis/" + gv.String()
	s.Handler.NonGoRestfulMux.Handle(path, proxy)
	s.Handler.NonGoRestfulMux.HandlePrefix(path+"/", proxy)
	version := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
	s.Handler.NonGoRestfulMux.HandleFunc("/apis/"+gv.Group, func(w http.ResponseWriter, r *http.Request) {
		responsewriters.WriteRawJSON(http.StatusOK, metav1.APIGroup{
			TypeMeta:         metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"},
			Name:             gv.Group,
			Versions:         []metav1.GroupVersionForDiscovery{version},
			PreferredVersion: version,
		}, w)
	})
	s.AggregatedDiscoveryGroupManager.AddGroupVersion(gv.Group,
		apidiscoveryv2.APIVersionDiscovery{Version: gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent})
}

// groupList serves the plain /apis document from the aggregated discovery, which has the groups of CRDs as well.
type groupList struct{ from http.Handler }

func (g groupList) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := r.Clone(r.Context())
	in.Header = http.Header{"Accept": {"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}}
	rec := &recorder{header: http.Header{}}
	g.from.ServeHTTP(rec, in)
	var all apidiscoveryv2.APIGroupDiscoveryList
	if err := runtime.DecodeInto(clientscheme.Codecs.UniversalDeserializer(), rec.body, &all); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	list := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for _, item := range all.Items {
		group := metav1.APIGroup{Name: item.Name}
		for _, v := range item.Versions {
			gv := metav1.GroupVersionForDiscovery{GroupVersion: item.Name + "/" + v.Version, Version: v.Version}
			group.Versions = append(group.Versions, gv)
		}
		if len(group.Versions) > 0 {
			group.PreferredVersion = group.Versions[0]
		}
		list.Groups = append(list.Groups, group)
	}
	responsewriters.WriteRawJSON(http.StatusOK, list, w)
}

type recorder struct {
	header http.Header
	body   []byte
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(int)             {}
func (r *recorder) Write(b []byte) (int, error) { r.body = append(r.body, b...); return len(b), nil }
