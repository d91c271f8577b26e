package main

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	noopoteltrace "go.opentelemetry.io/otel/trace/noop"

	extserver "k8s.io/apiextensions-apiserver/pkg/apiserver"
	extoptions "k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	extopenapi "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission"
	webhookinit "k8s.io/apiserver/pkg/admission/plugin/webhook/initializer"
	"k8s.io/apiserver/pkg/endpoints/discovery/aggregated"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/util/proxy"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/kube-openapi/pkg/common"

	generated "kubewol.io/testplane/openapi"
)

// newServer puts the extension API server and our built-in groups into one server.
func newServer(o *serverOptions) (*genericapiserver.GenericAPIServer, error) {
	config := genericapiserver.NewRecommendedConfig(extserver.Codecs)
	c := &config.Config
	c.MergedResourceConfig = extserver.DefaultAPIResourceConfigSource()
	namer := openapi.NewDefinitionNamer(extserver.Scheme, clientscheme.Scheme)
	c.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(openAPIDefinitions, namer)
	c.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(openAPIDefinitions, namer)
	c.BuildHandlerChainFunc = func(h http.Handler, c *genericapiserver.Config) http.Handler {
		return genericapiserver.DefaultBuildHandlerChain(withoutTrailingSlash(h), c)
	}
	c.LongRunningFunc = func(r *http.Request, info *apirequest.RequestInfo) bool {
		_, isAggregated := o.apiServices[info.APIGroup+"/"+info.APIVersion]
		return info.Verb == "watch" || info.IsResourceRequest && isAggregated
	}
	o.etcd.StorageConfig.StorageObjectCountTracker = c.StorageObjectCountTracker
	o.etcd.StorageConfig.EventsHistoryWindow = storagebackend.DefaultEventsHistoryWindow
	if err := o.run.ApplyTo(c); err != nil {
		return nil, err
	}
	if err := o.etcd.ApplyWithStorageFactoryTo(&storageFactory{o.etcd.StorageConfig}, c); err != nil {
		return nil, err
	}
	if err := o.serving.ApplyToConfig(c); err != nil {
		return nil, err
	}
	if err := o.audit.ApplyTo(c); err != nil {
		return nil, err
	}

	config.ClientConfig = c.LoopbackClientConfig
	client, err := kubernetes.NewForConfig(c.LoopbackClientConfig)
	if err != nil {
		return nil, err
	}
	dyn, err := dynamic.NewForConfig(c.LoopbackClientConfig)
	if err != nil {
		return nil, err
	}
	config.SharedInformerFactory = informers.NewSharedInformerFactory(client, 10*time.Minute)
	tokens, err := newTokenIssuer(o, client)
	if err != nil {
		return nil, err
	}
	if err := addAuthentication(c, o, tokens); err != nil {
		return nil, err
	}
	rbac, err := newRBAC(config.SharedInformerFactory, o.authzLog)
	if err != nil {
		return nil, err
	}
	c.Authorization.Authorizer = rbac

	services := serviceResolver{config.SharedInformerFactory.Core().V1().Services().Lister()}
	authInfo := webhook.NewDefaultAuthenticationInfoResolverWrapper(nil, nil, c.LoopbackClientConfig, noopoteltrace.NewTracerProvider())
	if err := o.admission.ApplyTo(c, config.SharedInformerFactory, client, dyn, c.FeatureGate, c.EffectiveVersion,
		admission.PluginInitializer(webhookinit.NewPluginInitializer(authInfo, services))); err != nil {
		return nil, err
	}
	ext := extserver.Config{GenericConfig: config, ExtraConfig: extserver.ExtraConfig{
		CRDRESTOptionsGetter: extoptions.NewCRDRESTOptionsGetter(*o.etcd, c.ResourceTransformers, c.StorageObjectCountTracker),
		ServiceResolver:      services,
		AuthResolverWrapper:  authInfo,
	}}
	crds, err := ext.Complete().New(genericapiserver.NewEmptyDelegate())
	if err != nil {
		return nil, err
	}
	s := crds.GenericAPIServer
	if err := installGroups(s, c.RESTOptionsGetter, rbac, tokens, c.Authentication); err != nil {
		return nil, err
	}
	if err := aggregate(s, o); err != nil {
		return nil, err
	}
	groups := s.AggregatedDiscoveryGroupManager
	wrapped := aggregated.WrapAggregatedDiscoveryToHandler(groupList{groups}, groups, groups)
	s.Handler.GoRestfulContainer.Add(wrapped.GenerateWebService("/apis", metav1.APIGroupList{}))
	s.AddPostStartHookOrDie("testplane-bootstrap", func(h genericapiserver.PostStartHookContext) error {
		return bootstrap(h, client, dyn, config.SharedInformerFactory)
	})
	return s, nil
}

func openAPIDefinitions(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	all := extopenapi.GetOpenAPIDefinitions(ref)
	maps.Copy(all, generated.GetOpenAPIDefinitions(ref))
	return all
}

// withoutTrailingSlash: Debian's go-restful 3.10 answers 404 to /version/ and /apis/, which the 3.13 of kube-apiserver takes.
func withoutTrailingSlash(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := strings.TrimRight(r.URL.Path, "/"); p != r.URL.Path && (p == "/version" || strings.HasPrefix(p, "/api")) {
			r = r.Clone(r.Context())
			r.URL.Path = p
		}
		h.ServeHTTP(w, r)
	})
}

// serviceResolver finds the webhooks of a Service as kube-apiserver does. There is no kube-proxy: only ExternalName leads somewhere.
type serviceResolver struct{ services corelisters.ServiceLister }

func (r serviceResolver) ResolveEndpoint(namespace, name string, port int32) (*url.URL, error) {
	return proxy.ResolveCluster(r.services, namespace, name, port)
}
