package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/client-go/informers"
	rbaclisters "k8s.io/client-go/listers/rbac/v1"
)

// rbacAuthorizer decides from the stored (Cluster)Roles and (Cluster)RoleBindings, with upstream's matching rules.
type rbacAuthorizer struct {
	roles               rbaclisters.RoleLister
	roleBindings        rbaclisters.RoleBindingLister
	clusterRoles        rbaclisters.ClusterRoleLister
	clusterRoleBindings rbaclisters.ClusterRoleBindingLister
	mu                  sync.Mutex
	log                 *json.Encoder
}

func newRBAC(f informers.SharedInformerFactory, logFile string) (*rbacAuthorizer, error) {
	v := f.Rbac().V1()
	a := &rbacAuthorizer{
		roles:               v.Roles().Lister(),
		roleBindings:        v.RoleBindings().Lister(),
		clusterRoles:        v.ClusterRoles().Lister(),
		clusterRoleBindings: v.ClusterRoleBindings().Lister(),
	}
	if logFile != "" {
		w, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		a.log = json.NewEncoder(w)
	}
	return a, nil
}

// rules yields each rule that applies to the user in the namespace ("" is cluster-wide), and where it comes from.
func (a *rbacAuthorizer) rules(u user.Info, namespace string) iter.Seq2[*rbacv1.PolicyRule, string] {
	return func(yield func(*rbacv1.PolicyRule, string) bool) {
		follow := func(subjects []rbacv1.Subject, to rbacv1.RoleRef, namespace, binding string) bool {
			if !applies(u, subjects, namespace) {
				return true
			}
			rules := a.referred(to, namespace)
			for i := range rules {
				if !yield(&rules[i], fmt.Sprintf("%s %s/%s#%d", binding, to.Kind, to.Name, i)) {
					return false
				}
			}
			return true
		}
		everywhere, _ := a.clusterRoleBindings.List(labels.Everything())
		for _, b := range everywhere {
			if !follow(b.Subjects, b.RoleRef, "", "ClusterRoleBinding/"+b.Name) {
				return
			}
		}
		if namespace == "" {
			return
		}
		here, _ := a.roleBindings.RoleBindings(namespace).List(labels.Everything())
		for _, b := range here {
			if !follow(b.Subjects, b.RoleRef, namespace, "RoleBinding/"+namespace+"/"+b.Name) {
				return
			}
		}
	}
}

func (a *rbacAuthorizer) referred(to rbacv1.RoleRef, namespace string) []rbacv1.PolicyRule {
	switch to.Kind {
	case "ClusterRole":
		if r, err := a.clusterRoles.Get(to.Name); err == nil {
			return r.Rules
		}
	case "Role":
		if r, err := a.roles.Roles(namespace).Get(to.Name); err == nil {
			return r.Rules
		}
	}
	return nil
}

func applies(u user.Info, subjects []rbacv1.Subject, namespace string) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		switch s.Kind {
		case rbacv1.UserKind:
			return s.Name == u.GetName()
		case rbacv1.GroupKind:
			return slices.Contains(u.GetGroups(), s.Name)
		case rbacv1.ServiceAccountKind:
			ns := s.Namespace
			if ns == "" {
				ns = namespace
			}
			return ns != "" && serviceaccount.MatchesUsername(ns, s.Name, u.GetName())
		}
		return false
	})
}

func allows(r *rbacv1.PolicyRule, at authorizer.Attributes) bool {
	has := func(list []string, v string) bool { return slices.Contains(list, "*") || slices.Contains(list, v) }
	if !has(r.Verbs, at.GetVerb()) {
		return false
	}
	if !at.IsResourceRequest() {
		return slices.ContainsFunc(r.NonResourceURLs, func(u string) bool {
			prefix, isPrefix := strings.CutSuffix(u, "*")
			return u == at.GetPath() || isPrefix && strings.HasPrefix(at.GetPath(), prefix)
		})
	}
	resource, isSub := at.GetResource(), at.GetSubresource() != ""
	if isSub {
		resource += "/" + at.GetSubresource()
	}
	return has(r.APIGroups, at.GetAPIGroup()) &&
		(has(r.Resources, resource) || isSub && slices.Contains(r.Resources, "*/"+at.GetSubresource())) &&
		(len(r.ResourceNames) == 0 || slices.Contains(r.ResourceNames, at.GetName()))
}

func (a *rbacAuthorizer) Authorize(_ context.Context, at authorizer.Attributes) (authorizer.Decision, string, error) {
	if slices.Contains(at.GetUser().GetGroups(), user.SystemPrivilegedGroup) {
		return authorizer.DecisionAllow, "", nil
	}
	decision, reason := authorizer.DecisionNoOpinion, ""
	for rule, by := range a.rules(at.GetUser(), at.GetNamespace()) {
		if allows(rule, at) {
			decision, reason = authorizer.DecisionAllow, "RBAC: allowed by "+by
			break
		}
	}
	return decision, reason, a.record(at, decision == authorizer.DecisionAllow, reason)
}

// record notes a decision, and the binding and rule that allowed it: so a chart's RBAC can be proved sufficient and minimal.
func (a *rbacAuthorizer) record(at authorizer.Attributes, allowed bool, reason string) error {
	if a.log == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.log.Encode(map[string]any{
		"user": at.GetUser().GetName(), "verb": at.GetVerb(), "group": at.GetAPIGroup(), "resource": at.GetResource(),
		"subresource": at.GetSubresource(), "namespace": at.GetNamespace(), "name": at.GetName(), "path": at.GetPath(),
		"allowed": allowed, "by": reason,
	})
}
