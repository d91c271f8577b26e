package main

import (
	"crypto/rand"
	"net/netip"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// clusterIPs is where Services get their addresses from.
var clusterIPs netip.Prefix

// prepareCreate does what upstream's registries do when an object is created.
func prepareCreate(obj runtime.Object) {
	switch o := obj.(type) {
	case *corev1.Namespace:
		o.Status.Phase = corev1.NamespaceActive
		o.Finalizers = append(o.Finalizers, namespaceFinalizer)
		if o.Labels == nil {
			o.Labels = map[string]string{}
		}
		o.Labels["kubernetes.io/metadata.name"] = o.Name
	case *corev1.Service:
		if o.Spec.ClusterIP == "" && o.Spec.Type != corev1.ServiceTypeExternalName {
			o.Spec.ClusterIP = randomAddress(clusterIPs).String()
			o.Spec.ClusterIPs = []string{o.Spec.ClusterIP}
		}
	case *corev1.Pod:
		def(&o.Spec.ServiceAccountName, "default")
	}
	prepareUpdate(obj)
}

func prepareUpdate(obj runtime.Object) {
	if secret, ok := obj.(*corev1.Secret); ok {
		for k, v := range secret.StringData {
			if secret.Data == nil {
				secret.Data = map[string][]byte{}
			}
			secret.Data[k] = []byte(v)
		}
		secret.StringData = nil
	}
}

// randomAddress does not look whether the address is taken: tests make few Services, and nothing routes to them.
func randomAddress(from netip.Prefix) netip.Addr {
	address := from.Masked().Addr().AsSlice()
	host := make([]byte, len(address))
	_, _ = rand.Read(host)
	for bit := from.Bits(); bit < len(address)*8; bit++ {
		address[bit/8] |= host[bit/8] & (0x80 >> (bit % 8))
	}
	picked, _ := netip.AddrFromSlice(address)
	return picked
}

// validate holds the few rules a chart's tests would notice the absence of; object metadata is validated by the library.
func validate(obj, old runtime.Object) (errs field.ErrorList) {
	switch o := obj.(type) {
	case *appsv1.Deployment:
		return workload(o.Spec.Selector, &o.Spec.Template)
	case *appsv1.DaemonSet:
		return workload(o.Spec.Selector, &o.Spec.Template)
	case *corev1.Secret:
		if p, ok := old.(*corev1.Secret); ok && o.Type != p.Type {
			errs = append(errs, field.Invalid(field.NewPath("type"), o.Type, "field is immutable"))
		}
	case *rbacv1.RoleBinding:
		if p, ok := old.(*rbacv1.RoleBinding); ok && o.RoleRef != p.RoleRef {
			errs = append(errs, field.Invalid(field.NewPath("roleRef"), o.RoleRef, "cannot change roleRef"))
		}
	case *rbacv1.ClusterRoleBinding:
		if p, ok := old.(*rbacv1.ClusterRoleBinding); ok && o.RoleRef != p.RoleRef {
			errs = append(errs, field.Invalid(field.NewPath("roleRef"), o.RoleRef, "cannot change roleRef"))
		}
	}
	return errs
}

func workload(selector *metav1.LabelSelector, t *corev1.PodTemplateSpec) (errs field.ErrorList) {
	spec := field.NewPath("spec")
	s, err := metav1.LabelSelectorAsSelector(selector)
	if selector == nil || err != nil || s.Empty() {
		return append(errs, field.Required(spec.Child("selector"), ""))
	}
	if !s.Matches(labels.Set(t.Labels)) {
		errs = append(errs, field.Invalid(spec.Child("template", "metadata", "labels"), t.Labels, "`selector` does not match template `labels`"))
	}
	if len(t.Spec.Containers) == 0 {
		errs = append(errs, field.Required(spec.Child("template", "spec", "containers"), ""))
	}
	return errs
}
