package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const namespaceFinalizer = "kubernetes"

// namespaceController gives each namespace its default service account, and empties those being deleted.
type namespaceController struct {
	client kubernetes.Interface
	dyn    dynamic.Interface
	queue  workqueue.TypedRateLimitingInterface[string]
}

func runNamespaceController(ctx context.Context, client kubernetes.Interface, dyn dynamic.Interface, informer cache.SharedIndexInformer) error {
	backOff := workqueue.NewTypedItemExponentialFailureRateLimiter[string](50*time.Millisecond, 5*time.Second)
	c := &namespaceController{client, dyn, workqueue.NewTypedRateLimitingQueue(backOff)}
	add := func(o any) { c.queue.Add(o.(*corev1.Namespace).Name) }
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: add, UpdateFunc: func(_, o any) { add(o) }}); err != nil {
		return err
	}
	context.AfterFunc(ctx, c.queue.ShutDown)
	go wait.UntilWithContext(ctx, c.work, time.Second)
	return nil
}

func (c *namespaceController) work(ctx context.Context) {
	for {
		name, stop := c.queue.Get()
		if stop {
			return
		}
		if err := c.sync(ctx, name); err != nil {
			klog.V(2).InfoS("namespace", "name", name, "err", err)
			c.queue.AddRateLimited(name)
		} else {
			c.queue.Forget(name)
		}
		c.queue.Done(name)
	}
}

func (c *namespaceController) sync(ctx context.Context, name string) error {
	namespaces := c.client.CoreV1().Namespaces()
	ns, err := namespaces.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	} else if err != nil {
		return err
	}
	if ns.DeletionTimestamp == nil {
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
		_, err := c.client.CoreV1().ServiceAccounts(name).Create(ctx, account, metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		return err
	}
	if ns.Status.Phase != corev1.NamespaceTerminating {
		ns.Status.Phase = corev1.NamespaceTerminating
		if ns, err = namespaces.UpdateStatus(ctx, ns, metav1.UpdateOptions{}); err != nil {
			return err
		}
	}
	if left, err := c.empty(ctx, name); err != nil {
		return err
	} else if left > 0 {
		return fmt.Errorf("%d kinds still have objects", left)
	}
	ns.Finalizers = slices.DeleteFunc(ns.Finalizers, func(f string) bool { return f == namespaceFinalizer })
	_, err = namespaces.Update(ctx, ns, metav1.UpdateOptions{})
	return err
}

// empty deletes everything in the namespace and returns how many kinds are still there, held by finalizers.
func (c *namespaceController) empty(ctx context.Context, namespace string) (left int, err error) {
	lists, err := c.client.Discovery().ServerPreferredNamespacedResources()
	if err != nil && len(lists) == 0 {
		return 0, err
	}
	for _, list := range lists {
		gv, _ := schema.ParseGroupVersion(list.GroupVersion)
		for _, r := range list.APIResources {
			if !slices.Contains(r.Verbs, "deletecollection") {
				continue
			}
			objects := c.dyn.Resource(gv.WithResource(r.Name)).Namespace(namespace)
			if err := objects.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil && !apierrors.IsNotFound(err) {
				return 0, err
			}
			if rest, err := objects.List(ctx, metav1.ListOptions{Limit: 1}); err == nil {
				left += len(rest.Items)
			}
		}
	}
	return left, nil
}
