package main

import (
	"fmt"
	"reflect"

	authnv1 "k8s.io/api/authentication/v1"
	authzv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metainternal "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/registry/rest"
	genericapiserver "k8s.io/apiserver/pkg/server"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
)

var scheme = newScheme()
var codecs = serializer.NewCodecFactory(scheme)

var unstored = map[schema.GroupVersion][]runtime.Object{
	authnv1.SchemeGroupVersion: {&authnv1.TokenReview{}, &authnv1.SelfSubjectReview{}, &authnv1.TokenRequest{}},
	authzv1.SchemeGroupVersion: {&authzv1.SubjectAccessReview{}, &authzv1.SelfSubjectAccessReview{}, &authzv1.LocalSubjectAccessReview{},
		&authzv1.SelfSubjectRulesReview{}},
	autoscalingv1.SchemeGroupVersion: {&autoscalingv1.Scale{}},
}

// newScheme: the generic server wants an internal version of each kind, and the public types serve as that.
func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(clientscheme.AddToScheme(s))
	utilruntime.Must(metainternal.AddToScheme(s))
	metav1.AddToGroupVersion(s, schema.GroupVersion{Version: "v1"})
	goType := func(gvk schema.GroupVersionKind) reflect.Type { return reflect.TypeOf(must(s.New(gvk))).Elem() }
	for _, r := range resources {
		stored := r.gv
		if r.gv == eventsV1 { // both event APIs are views of one core/v1 store, as upstream
			stored = coreV1
		}
		r.internal = goTypes{goType(stored.WithKind(r.kind)), goType(stored.WithKind(r.kind + "List"))}
		hub := schema.GroupVersion{Group: r.gv.Group, Version: runtime.APIVersionInternal}
		s.AddKnownTypeWithName(hub.WithKind(r.kind), newOf(r.internal.typ))
		s.AddKnownTypeWithName(hub.WithKind(r.kind+"List"), newOf(r.internal.list))
		utilruntime.Must(s.SetVersionPriority(r.gv))
		if selectable := selectableFields[r.kind]; selectable != nil {
			known := selectable(newOf(r.internal.typ))
			utilruntime.Must(s.AddFieldLabelConversionFunc(r.gv.WithKind(r.kind), func(label, value string) (string, string, error) {
				if known.Has(label) || label == "metadata.name" || label == "metadata.namespace" {
					return label, value, nil
				}
				return "", "", fmt.Errorf("field label not supported: %s", label)
			}))
		}
	}
	for gv, types := range unstored {
		s.AddKnownTypes(schema.GroupVersion{Group: gv.Group, Version: runtime.APIVersionInternal}, types...)
		utilruntime.Must(s.SetVersionPriority(gv))
	}
	addEventConversions(s)
	addDefaults(s)
	return s
}

func newOf(t reflect.Type) runtime.Object { return reflect.New(t).Interface().(runtime.Object) }

// selectableFields of each kind beyond metadata.name and metadata.namespace.
var selectableFields = map[string]func(runtime.Object) fields.Set{
	"Pod": func(o runtime.Object) fields.Set {
		p := o.(*corev1.Pod)
		return fields.Set{
			"spec.nodeName":           p.Spec.NodeName,
			"spec.restartPolicy":      string(p.Spec.RestartPolicy),
			"spec.serviceAccountName": p.Spec.ServiceAccountName,
			"status.phase":            string(p.Status.Phase),
			"status.podIP":            p.Status.PodIP,
		}
	},
	"Event": func(o runtime.Object) fields.Set {
		e := o.(*corev1.Event)
		r := e.InvolvedObject
		return fields.Set{
			"involvedObject.kind":       r.Kind,
			"involvedObject.namespace":  r.Namespace,
			"involvedObject.name":       r.Name,
			"involvedObject.uid":        string(r.UID),
			"involvedObject.apiVersion": r.APIVersion,
			"involvedObject.fieldPath":  r.FieldPath,
			"regarding.kind":            r.Kind,
			"regarding.namespace":       r.Namespace,
			"regarding.name":            r.Name,
			"regarding.uid":             string(r.UID),
			"reason":                    e.Reason,
			"type":                      e.Type,
			"reportingComponent":        e.ReportingController,
			"reportingController":       e.ReportingController,
		}
	},
	"Secret": func(o runtime.Object) fields.Set { return fields.Set{"type": string(o.(*corev1.Secret).Type)} },
	"Namespace": func(o runtime.Object) fields.Set {
		return fields.Set{"status.phase": string(o.(*corev1.Namespace).Status.Phase)}
	},
	"Node": func(o runtime.Object) fields.Set {
		return fields.Set{"spec.unschedulable": fmt.Sprint(o.(*corev1.Node).Spec.Unschedulable)}
	},
	"Job": func(o runtime.Object) fields.Set {
		return fields.Set{"status.successful": fmt.Sprint(o.(*batchv1.Job).Status.Succeeded)}
	},
	"Service": func(o runtime.Object) fields.Set {
		s := o.(*corev1.Service)
		return fields.Set{"spec.clusterIP": s.Spec.ClusterIP, "spec.type": string(s.Spec.Type)}
	},
}

// attributes are what selectors can see of an object.
func attributes(obj runtime.Object) (labels.Set, fields.Set, error) {
	m, ok := obj.(metav1.Object)
	if !ok {
		return nil, nil, fmt.Errorf("%T has no metadata", obj)
	}
	set := fields.Set{}
	if selectable := selectableFields[reflect.TypeOf(obj).Elem().Name()]; selectable != nil {
		set = selectable(obj)
	}
	set["metadata.name"], set["metadata.namespace"] = m.GetName(), m.GetNamespace()
	return m.GetLabels(), set, nil
}

func installGroups(s *genericapiserver.GenericAPIServer, restOptions generic.RESTOptionsGetter, rbac *rbacAuthorizer,
	tokens *tokenIssuer, authn genericapiserver.AuthenticationInfo) error {
	served := map[schema.GroupVersion]map[string]rest.Storage{
		authnv1.SchemeGroupVersion: authenticationReviews(authn),
		authzv1.SchemeGroupVersion: authorizationReviews(rbac),
	}
	order := []schema.GroupVersion{}
	for _, r := range resources {
		if served[r.gv] == nil {
			served[r.gv] = map[string]rest.Storage{}
			order = append(order, r.gv)
		}
		if err := addStorage(served[r.gv], r, restOptions); err != nil {
			return err
		}
	}
	served[coreV1]["serviceaccounts/token"] = tokenREST{tokens}
	var infos []*genericapiserver.APIGroupInfo
	for _, gv := range append(order, authnv1.SchemeGroupVersion, authzv1.SchemeGroupVersion) {
		info := genericapiserver.NewDefaultAPIGroupInfo(gv.Group, scheme, metav1.ParameterCodec, codecs)
		info.PrioritizedVersions = []schema.GroupVersion{gv}
		info.VersionedResourcesStorageMap[gv.Version] = served[gv]
		if gv != coreV1 {
			infos = append(infos, &info)
		} else if err := s.InstallLegacyAPIGroup(genericapiserver.DefaultLegacyAPIPrefix, &info); err != nil {
			return err
		}
	}
	return s.InstallAPIGroups(infos...)
}
