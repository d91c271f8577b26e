package main

import (
	"context"
	"reflect"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
)

// scaleREST is the scale subresource (kubectl scale) of the workloads with spec.replicas.
type scaleREST struct{ store *registry.Store }

func (scaleREST) New() runtime.Object { return &autoscalingv1.Scale{} }
func (scaleREST) Destroy()            {}
func (scaleREST) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return autoscalingv1.SchemeGroupVersion.WithKind("Scale")
}

func scaleOf(obj runtime.Object) *autoscalingv1.Scale {
	m := must(meta.Accessor(obj))
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{
			Name:              m.GetName(),
			Namespace:         m.GetNamespace(),
			UID:               m.GetUID(),
			ResourceVersion:   m.GetResourceVersion(),
			CreationTimestamp: m.GetCreationTimestamp(),
		},
		Spec:   autoscalingv1.ScaleSpec{Replicas: *part(obj, "Spec").FieldByName("Replicas").Interface().(*int32)},
		Status: autoscalingv1.ScaleStatus{Replicas: int32(part(obj, "Status").FieldByName("Replicas").Int())},
	}
}

func (r scaleREST) Get(ctx context.Context, name string, o *metav1.GetOptions) (runtime.Object, error) {
	obj, err := r.store.Get(ctx, name, o)
	if err != nil {
		return nil, err
	}
	return scaleOf(obj), nil
}

func (r scaleREST) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, _ rest.ValidateObjectFunc,
	_ rest.ValidateObjectUpdateFunc, _ bool, o *metav1.UpdateOptions) (runtime.Object, bool, error) {
	scaled := rest.DefaultUpdatedObjectInfo(nil, func(ctx context.Context, _, old runtime.Object) (runtime.Object, error) {
		scale, err := info.UpdatedObject(ctx, scaleOf(old))
		if err != nil {
			return nil, err
		}
		out := old.DeepCopyObject()
		part(out, "Spec").FieldByName("Replicas").Set(reflect.ValueOf(&scale.(*autoscalingv1.Scale).Spec.Replicas))
		return out, nil
	})
	obj, _, err := r.store.Update(ctx, name, scaled, rest.ValidateAllObjectFunc, rest.ValidateAllObjectUpdateFunc, false, o)
	if err != nil {
		return nil, false, err
	}
	return scaleOf(obj), false, nil
}
