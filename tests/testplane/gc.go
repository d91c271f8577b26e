package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// collector is a small garbage collector: background, foreground and orphan deletion along ownerReferences.
type collector struct {
	meta    metadata.Interface
	disco   discovery.DiscoveryInterface
	watched map[schema.GroupVersionResource]*watched
	byKind  map[schema.GroupVersionKind]schema.GroupVersionResource
	kick    chan struct{}
}

type watched struct {
	cache.SharedIndexInformer
	namespaced bool
	stop       context.CancelFunc
}

type object struct {
	*metav1.PartialObjectMetadata
	in metadata.ResourceInterface
}

func runGarbageCollector(h genericapiserver.PostStartHookContext, disco discovery.DiscoveryInterface) error {
	client, err := metadata.NewForConfig(h.LoopbackClientConfig)
	if err != nil {
		return err
	}
	c := &collector{
		meta:    client,
		disco:   disco,
		watched: map[schema.GroupVersionResource]*watched{},
		byKind:  map[schema.GroupVersionKind]schema.GroupVersionResource{},
		kick:    make(chan struct{}, 1),
	}
	go c.run(h)
	return nil
}

func (c *collector) run(ctx context.Context) {
	refresh := time.NewTicker(2 * time.Second)
	for c.discover(ctx); ; {
		select {
		case <-ctx.Done():
			return
		case <-refresh.C:
			c.discover(ctx)
		case <-c.kick:
			time.Sleep(20 * time.Millisecond) // changes come in groups
			if err := c.collect(ctx); err != nil {
				klog.V(2).InfoS("garbage collector", "err", err)
				time.AfterFunc(200*time.Millisecond, c.wake)
			}
		}
	}
}

func (c *collector) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// discover starts to watch new kinds (CRDs come and go) and stops watching those that went.
func (c *collector) discover(ctx context.Context) {
	lists, _ := discovery.ServerPreferredResources(c.disco)
	if len(lists) == 0 {
		return
	}
	seen := map[schema.GroupVersionResource]bool{}
	for _, list := range lists {
		gv, _ := schema.ParseGroupVersion(list.GroupVersion)
		for _, r := range list.APIResources {
			if r.Kind == "Event" || strings.Contains(r.Name, "/") || !slices.Contains(r.Verbs, "delete") || !slices.Contains(r.Verbs, "watch") {
				continue
			}
			gvr := gv.WithResource(r.Name)
			seen[gvr], c.byKind[gv.WithKind(r.Kind)] = true, gvr
			if c.watched[gvr] == nil {
				c.watch(ctx, gvr, r.Namespaced)
			}
		}
	}
	for gvr, w := range c.watched {
		if !seen[gvr] {
			w.stop()
			delete(c.watched, gvr)
		}
	}
}

func (c *collector) watch(ctx context.Context, gvr schema.GroupVersionResource, namespaced bool) {
	informer := metadatainformer.NewFilteredMetadataInformer(c.meta, gvr, "", 0, cache.Indexers{}, nil).Informer()
	// A sweep is over everything there is: what changes neither owners nor an end is no reason for one.
	changed := func(before []metav1.OwnerReference, o any) {
		m, ok := o.(metav1.Object)
		if ok && (m.GetDeletionTimestamp() != nil || !slices.EqualFunc(before, m.GetOwnerReferences(), sameOwner)) {
			c.wake()
		}
	}
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { changed(nil, o) },
		UpdateFunc: func(before, o any) { changed(before.(metav1.Object).GetOwnerReferences(), o) },
		DeleteFunc: func(any) { c.wake() },
	})
	own, stop := context.WithCancel(ctx)
	c.watched[gvr] = &watched{informer, namespaced, stop}
	go informer.RunWithContext(own)
}

func sameOwner(a, b metav1.OwnerReference) bool { return a.UID == b.UID }

// sweep is one pass over all objects.
type sweep struct {
	*collector
	ctx        context.Context
	all        map[types.UID]object
	dependents map[types.UID][]object
	failed     error
}

func (c *collector) collect(ctx context.Context) error {
	s := &sweep{c, ctx, map[types.UID]object{}, map[types.UID][]object{}, nil}
	for gvr, w := range c.watched {
		if !w.HasSynced() {
			return fmt.Errorf("%s is not in sync", gvr)
		}
		for _, item := range w.GetStore().List() {
			m := item.(*metav1.PartialObjectMetadata)
			o := object{m, c.in(gvr, m.Namespace)}
			s.all[m.UID] = o
			for _, owner := range m.OwnerReferences {
				s.dependents[owner.UID] = append(s.dependents[owner.UID], o)
			}
		}
	}
	for _, o := range s.all {
		if o.DeletionTimestamp == nil {
			s.attend(o)
		} else {
			s.letGo(o)
		}
	}
	return s.failed
}

// attend deletes an object that lost all its owners, or takes the lost ones off it.
func (s *sweep) attend(o object) {
	dead := map[types.UID]bool{}
	for _, owner := range o.OwnerReferences {
		if _, ok := s.all[owner.UID]; !ok && s.gone(o, owner) {
			dead[owner.UID] = true
		}
	}
	if len(dead) > 0 && len(dead) == len(o.OwnerReferences) {
		s.remove(o, metav1.DeletePropagationBackground)
	} else if len(dead) > 0 {
		s.disown(o, dead)
	}
}

// letGo works off the finalizers of foreground and orphan deletion.
func (s *sweep) letGo(o object) {
	for _, f := range []string{metav1.FinalizerDeleteDependents, metav1.FinalizerOrphanDependents} {
		if !slices.Contains(o.Finalizers, f) {
			continue
		}
		left := 0
		for _, d := range s.dependents[o.UID] {
			if f == metav1.FinalizerOrphanDependents {
				s.disown(d, map[types.UID]bool{o.UID: true})
			} else {
				left++
				s.remove(d, metav1.DeletePropagationForeground)
			}
		}
		if left == 0 && s.failed == nil {
			s.patch(o, "finalizers", slices.DeleteFunc(slices.Clone(o.Finalizers), func(x string) bool { return x == f }))
		}
	}
}

func (s *sweep) remove(o object, policy metav1.DeletionPropagation) {
	if o.DeletionTimestamp == nil {
		options := metav1.DeleteOptions{PropagationPolicy: &policy, Preconditions: &metav1.Preconditions{UID: &o.UID}}
		s.note(o.in.Delete(s.ctx, o.Name, options))
	}
}

func (s *sweep) disown(o object, owners map[types.UID]bool) {
	s.patch(o, "ownerReferences", slices.DeleteFunc(slices.Clone(o.OwnerReferences), func(r metav1.OwnerReference) bool { return owners[r.UID] }))
}

func (s *sweep) patch(o object, field string, value any) {
	body := must(json.Marshal(map[string]any{"metadata": map[string]any{"uid": o.UID, "resourceVersion": o.ResourceVersion, field: value}}))
	_, err := o.in.Patch(s.ctx, o.Name, types.MergePatchType, body, metav1.PatchOptions{})
	s.note(err)
}

func (s *sweep) note(err error) {
	if err != nil && !apierrors.IsNotFound(err) {
		s.failed = err
	}
}

// gone asks the server, since the informers may not have seen a new owner yet.
func (s *sweep) gone(o object, owner metav1.OwnerReference) bool {
	gvr, ok := s.byKind[schema.FromAPIVersionAndKind(owner.APIVersion, owner.Kind)]
	if !ok {
		return false
	}
	found, err := s.in(gvr, o.Namespace).Get(s.ctx, owner.Name, metav1.GetOptions{})
	return apierrors.IsNotFound(err) || err == nil && found.UID != owner.UID
}

func (c *collector) in(gvr schema.GroupVersionResource, namespace string) metadata.ResourceInterface {
	if w := c.watched[gvr]; w != nil && w.namespaced {
		return c.meta.Resource(gvr).Namespace(namespace)
	}
	return c.meta.Resource(gvr)
}
