package main

import (
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
)

// clusterRoles are those of upstream's that tests and charts lean on, and the groups they are bound to.
var clusterRoles = []struct {
	name   string
	groups []string
	rules  []rbacv1.PolicyRule
}{
	{"cluster-admin", []string{user.SystemPrivilegedGroup}, []rbacv1.PolicyRule{
		{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}},
		{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}},
	}},
	{"view", nil, []rbacv1.PolicyRule{{
		Verbs:     []string{"get", "list", "watch"},
		APIGroups: []string{"", "apps", "batch"},
		Resources: []string{"pods", "configmaps", "services", "events", "deployments", "daemonsets", "jobs"},
	}}},
	{"system:discovery", []string{user.AllAuthenticated}, []rbacv1.PolicyRule{{
		Verbs: []string{"get"},
		NonResourceURLs: []string{"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
			"/version", "/version/"},
	}}},
	{"system:basic-user", []string{user.AllAuthenticated}, []rbacv1.PolicyRule{
		{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"selfsubjectaccessreviews", "selfsubjectrulesreviews"}},
		{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"selfsubjectreviews"}},
	}},
	{"system:public-info-viewer", []string{user.AllAuthenticated, user.AllUnauthenticated}, []rbacv1.PolicyRule{{
		Verbs:           []string{"get"},
		NonResourceURLs: []string{"/healthz", "/livez", "/readyz", "/version", "/version/"},
	}}},
	{"system:auth-delegator", nil, []rbacv1.PolicyRule{
		{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"tokenreviews"}},
		{Verbs: []string{"create"}, APIGroups: []string{"authorization.k8s.io"}, Resources: []string{"subjectaccessreviews"}},
	}},
}

// bootstrap creates what every cluster has, and runs the two controllers tests cannot do without.
func bootstrap(h genericapiserver.PostStartHookContext, client kubernetes.Interface, dyn dynamic.Interface, f informers.SharedInformerFactory) error {
	for _, name := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if _, err := client.CoreV1().Namespaces().Create(h, ns, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	for _, r := range clusterRoles {
		role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: r.name}, Rules: r.rules}
		if _, err := client.RbacV1().ClusterRoles().Create(h, role, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		if r.groups == nil {
			continue
		}
		binding := &rbacv1.ClusterRoleBinding{ObjectMeta: role.ObjectMeta, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: r.name}}
		for _, group := range r.groups {
			binding.Subjects = append(binding.Subjects, rbacv1.Subject{Kind: rbacv1.GroupKind, Name: group})
		}
		if _, err := client.RbacV1().ClusterRoleBindings().Create(h, binding, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	if err := runNamespaceController(h, client, dyn, f.Core().V1().Namespaces().Informer()); err != nil {
		return err
	}
	return runGarbageCollector(h, client.Discovery())
}
