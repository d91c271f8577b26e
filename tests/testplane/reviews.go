package main

import (
	"context"
	"net/http"
	"slices"

	authnv1 "k8s.io/api/authentication/v1"
	authzv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	genericapiserver "k8s.io/apiserver/pkg/server"
)

// reviewREST is a kind that is only created and never stored: the answer is the created object.
type reviewREST[T any] struct {
	kind       string
	namespaced bool
	answer     func(ctx context.Context, review *T) error
}

func (reviewREST[T]) New() runtime.Object       { return any(new(T)).(runtime.Object) }
func (reviewREST[T]) Destroy()                  {}
func (r reviewREST[T]) NamespaceScoped() bool   { return r.namespaced }
func (r reviewREST[T]) GetSingularName() string { return r.kind }
func (r reviewREST[T]) Create(ctx context.Context, obj runtime.Object, _ rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	return obj, r.answer(ctx, any(obj).(*T))
}

func authenticationReviews(authn genericapiserver.AuthenticationInfo) map[string]rest.Storage {
	return map[string]rest.Storage{
		"tokenreviews": reviewREST[authnv1.TokenReview]{"tokenreview", false, func(ctx context.Context, r *authnv1.TokenReview) error {
			audiences := authn.APIAudiences
			if len(r.Spec.Audiences) > 0 {
				audiences = r.Spec.Audiences
			}
			request := &http.Request{Header: http.Header{"Authorization": {"Bearer " + r.Spec.Token}}}
			response, ok, err := authn.Authenticator.AuthenticateRequest(request.WithContext(authenticator.WithAudiences(ctx, audiences)))
			if err != nil {
				r.Status.Error = err.Error()
			}
			if ok && response.User.GetName() != user.Anonymous {
				r.Status.Authenticated, r.Status.Audiences, r.Status.User = true, response.Audiences, userInfo(response.User)
			}
			return nil
		}},
		"selfsubjectreviews": reviewREST[authnv1.SelfSubjectReview]{"selfsubjectreview", false, func(ctx context.Context, r *authnv1.SelfSubjectReview) error {
			u, _ := apirequest.UserFrom(ctx)
			r.Status.UserInfo = userInfo(u)
			return nil
		}},
	}
}

func userInfo(u user.Info) authnv1.UserInfo {
	info := authnv1.UserInfo{Username: u.GetName(), UID: u.GetUID(), Groups: u.GetGroups(), Extra: map[string]authnv1.ExtraValue{}}
	for k, v := range u.GetExtra() {
		info.Extra[k] = v
	}
	return info
}

func authorizationReviews(rbac *rbacAuthorizer) map[string]rest.Storage {
	decide := func(ctx context.Context, u user.Info, resource *authzv1.ResourceAttributes, path *authzv1.NonResourceAttributes) (authzv1.SubjectAccessReviewStatus, error) {
		at := authorizer.AttributesRecord{User: u}
		switch {
		case resource != nil:
			at.ResourceRequest, at.Verb, at.Namespace, at.Name = true, resource.Verb, resource.Namespace, resource.Name
			at.APIGroup, at.APIVersion, at.Resource, at.Subresource = resource.Group, resource.Version, resource.Resource, resource.Subresource
		case path != nil:
			at.Verb, at.Path = path.Verb, path.Path
		default:
			return authzv1.SubjectAccessReviewStatus{}, apierrors.NewBadRequest("spec: exactly one of nonResourceAttributes or resourceAttributes must be specified")
		}
		decision, reason, err := rbac.Authorize(ctx, at)
		return authzv1.SubjectAccessReviewStatus{Allowed: decision == authorizer.DecisionAllow, Reason: reason}, err
	}
	subject := func(s authzv1.SubjectAccessReviewSpec) user.Info {
		return &user.DefaultInfo{Name: s.User, UID: s.UID, Groups: s.Groups}
	}
	return map[string]rest.Storage{
		"subjectaccessreviews": reviewREST[authzv1.SubjectAccessReview]{"subjectaccessreview", false, func(ctx context.Context, r *authzv1.SubjectAccessReview) (err error) {
			r.Status, err = decide(ctx, subject(r.Spec), r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
			return err
		}},
		"localsubjectaccessreviews": reviewREST[authzv1.LocalSubjectAccessReview]{"localsubjectaccessreview", true, func(ctx context.Context, r *authzv1.LocalSubjectAccessReview) (err error) {
			r.Status, err = decide(ctx, subject(r.Spec), r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
			return err
		}},
		"selfsubjectaccessreviews": reviewREST[authzv1.SelfSubjectAccessReview]{"selfsubjectaccessreview", false, func(ctx context.Context, r *authzv1.SelfSubjectAccessReview) (err error) {
			u, _ := apirequest.UserFrom(ctx)
			r.Status, err = decide(ctx, u, r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
			return err
		}},
		"selfsubjectrulesreviews": reviewREST[authzv1.SelfSubjectRulesReview]{"selfsubjectrulesreview", false, func(ctx context.Context, r *authzv1.SelfSubjectRulesReview) error {
			u, _ := apirequest.UserFrom(ctx)
			r.Status.ResourceRules, r.Status.NonResourceRules = []authzv1.ResourceRule{}, []authzv1.NonResourceRule{}
			for rule := range rbac.rules(u, r.Spec.Namespace) {
				if len(rule.Resources) > 0 {
					r.Status.ResourceRules = append(r.Status.ResourceRules, authzv1.ResourceRule{
						Verbs: rule.Verbs, APIGroups: rule.APIGroups, Resources: rule.Resources, ResourceNames: rule.ResourceNames})
				}
				if len(rule.NonResourceURLs) > 0 {
					r.Status.NonResourceRules = append(r.Status.NonResourceRules, authzv1.NonResourceRule{
						Verbs: rule.Verbs, NonResourceURLs: slices.Clone(rule.NonResourceURLs)})
				}
			}
			return nil
		}},
	}
}
