package main

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func def[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

func defPtr[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

// addDefaults fills in the part of upstream's defaulting that clients and the admission plugins rely on.
func addDefaults(s *runtime.Scheme) {
	on(s, func(o *corev1.Secret) { def(&o.Type, corev1.SecretTypeOpaque) })
	on(s, func(o *corev1.PersistentVolumeClaim) { def(&o.Status.Phase, corev1.ClaimPending) })
	on(s, func(o *corev1.Pod) {
		podDefaults(&o.Spec)
		def(&o.Status.Phase, corev1.PodPending)
	})
	on(s, func(o *corev1.Service) {
		def(&o.Spec.Type, corev1.ServiceTypeClusterIP)
		def(&o.Spec.SessionAffinity, corev1.ServiceAffinityNone)
		for i := range o.Spec.Ports {
			port := &o.Spec.Ports[i]
			def(&port.Protocol, corev1.ProtocolTCP)
			def(&port.TargetPort, intstr.FromInt32(port.Port))
		}
	})
	on(s, func(o *appsv1.Deployment) {
		defPtr(&o.Spec.Replicas, 1)
		defPtr(&o.Spec.RevisionHistoryLimit, 10)
		defPtr(&o.Spec.ProgressDeadlineSeconds, 600)
		def(&o.Spec.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType)
		podDefaults(&o.Spec.Template.Spec)
	})
	on(s, func(o *appsv1.DaemonSet) {
		defPtr(&o.Spec.RevisionHistoryLimit, 10)
		def(&o.Spec.UpdateStrategy.Type, appsv1.RollingUpdateDaemonSetStrategyType)
		podDefaults(&o.Spec.Template.Spec)
	})
	on(s, func(o *appsv1.StatefulSet) {
		defPtr(&o.Spec.Replicas, 1)
		podDefaults(&o.Spec.Template.Spec)
	})
	on(s, func(o *appsv1.ReplicaSet) {
		defPtr(&o.Spec.Replicas, 1)
		podDefaults(&o.Spec.Template.Spec)
	})
	on(s, func(o *rbacv1.RoleBinding) { bindingDefaults(&o.RoleRef, o.Subjects) })
	on(s, func(o *rbacv1.ClusterRoleBinding) { bindingDefaults(&o.RoleRef, o.Subjects) })
	on(s, func(o *admissionv1.ValidatingWebhookConfiguration) {
		for i := range o.Webhooks {
			w := &o.Webhooks[i]
			hookDefaults(&w.FailurePolicy, &w.MatchPolicy, &w.NamespaceSelector, &w.ObjectSelector, &w.TimeoutSeconds, w.Rules, w.ClientConfig.Service)
		}
	})
	on(s, func(o *admissionv1.MutatingWebhookConfiguration) {
		for i := range o.Webhooks {
			w := &o.Webhooks[i]
			hookDefaults(&w.FailurePolicy, &w.MatchPolicy, &w.NamespaceSelector, &w.ObjectSelector, &w.TimeoutSeconds, w.Rules, w.ClientConfig.Service)
			defPtr(&w.ReinvocationPolicy, admissionv1.NeverReinvocationPolicy)
		}
	})
	on(s, func(o *admissionv1.ValidatingAdmissionPolicy) {
		defPtr(&o.Spec.FailurePolicy, admissionv1.Fail)
		defPtr(&o.Spec.MatchConstraints, admissionv1.MatchResources{})
		matchDefaults(o.Spec.MatchConstraints)
	})
	on(s, func(o *admissionv1.MutatingAdmissionPolicy) {
		defPtr(&o.Spec.FailurePolicy, admissionv1.Fail)
		defPtr(&o.Spec.MatchConstraints, admissionv1.MatchResources{})
		matchDefaults(o.Spec.MatchConstraints)
	})
	on(s, func(o *admissionv1.ValidatingAdmissionPolicyBinding) { matchDefaults(o.Spec.MatchResources) })
	on(s, func(o *admissionv1.MutatingAdmissionPolicyBinding) { matchDefaults(o.Spec.MatchResources) })
}

func on[T any](s *runtime.Scheme, f func(*T)) {
	s.AddTypeDefaultingFunc(any(new(T)).(runtime.Object), func(o any) { f(o.(*T)) })
}

func matchDefaults(m *admissionv1.MatchResources) {
	if m == nil {
		return
	}
	defPtr(&m.MatchPolicy, admissionv1.Equivalent)
	defPtr(&m.NamespaceSelector, metav1.LabelSelector{})
	defPtr(&m.ObjectSelector, metav1.LabelSelector{})
	for i := range m.ResourceRules {
		defPtr(&m.ResourceRules[i].Scope, admissionv1.AllScopes)
	}
}

func hookDefaults(failure **admissionv1.FailurePolicyType, match **admissionv1.MatchPolicyType, namespaces, objects **metav1.LabelSelector,
	timeout **int32, rules []admissionv1.RuleWithOperations, service *admissionv1.ServiceReference) {
	defPtr(failure, admissionv1.Fail)
	defPtr(match, admissionv1.Equivalent)
	defPtr(namespaces, metav1.LabelSelector{})
	defPtr(objects, metav1.LabelSelector{})
	defPtr(timeout, 10)
	for i := range rules {
		defPtr(&rules[i].Scope, admissionv1.AllScopes)
	}
	if service != nil {
		defPtr(&service.Port, 443)
	}
}

func bindingDefaults(ref *rbacv1.RoleRef, subjects []rbacv1.Subject) {
	def(&ref.APIGroup, rbacv1.GroupName)
	for i := range subjects {
		if subjects[i].Kind != rbacv1.ServiceAccountKind {
			def(&subjects[i].APIGroup, rbacv1.GroupName)
		}
	}
}

func podDefaults(s *corev1.PodSpec) {
	def(&s.RestartPolicy, corev1.RestartPolicyAlways)
	def(&s.DNSPolicy, corev1.DNSClusterFirst)
	def(&s.SchedulerName, corev1.DefaultSchedulerName)
	defPtr(&s.TerminationGracePeriodSeconds, 30)
	defPtr(&s.SecurityContext, corev1.PodSecurityContext{})
	for i := range s.Containers {
		c := &s.Containers[i]
		def(&c.TerminationMessagePath, corev1.TerminationMessagePathDefault)
		def(&c.TerminationMessagePolicy, corev1.TerminationMessageReadFile)
		def(&c.ImagePullPolicy, corev1.PullIfNotPresent)
		for j := range c.Ports {
			def(&c.Ports[j].Protocol, corev1.ProtocolTCP)
		}
	}
}
