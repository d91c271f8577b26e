package main

import (
	"context"
	"reflect"

	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	extserver "k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/generic"
	"k8s.io/apiserver/pkg/registry/generic/registry"
	"k8s.io/apiserver/pkg/registry/rest"
	serverstorage "k8s.io/apiserver/pkg/server/storage"
	"k8s.io/apiserver/pkg/storage"
	"k8s.io/apiserver/pkg/storage/names"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// storageFactory gives each group the codec of its own scheme.
type storageFactory struct{ config storagebackend.Config }

func (f *storageFactory) NewConfig(gr schema.GroupResource, _ runtime.Object) (*storagebackend.ConfigForResource, error) {
	c := f.config
	switch gr.Group {
	case extv1.GroupName:
		c.Codec = extserver.Codecs.LegacyCodec(extv1.SchemeGroupVersion)
	case eventsV1.Group:
		c.Codec = codecs.LegacyCodec(coreV1)
	default:
		c.Codec = codecs.LegacyCodec(scheme.PrioritizedVersionsForGroup(gr.Group)...)
	}
	return c.ForResource(gr), nil
}

func (f *storageFactory) ResourcePrefix(gr schema.GroupResource) string {
	if gr.Group == coreV1.Group || gr.Group == eventsV1.Group {
		return "core/" + gr.Resource
	}
	return gr.Group + "/" + gr.Resource
}
func (f *storageFactory) Configs() []storagebackend.Config  { return serverstorage.Configs(f.config) }
func (f *storageFactory) Backends() []serverstorage.Backend { return serverstorage.Backends(f.config) }

// strategy is what all built-in kinds do on create, update and delete: spec and status are kept apart, the generation counts
// changes of the spec, and lifecycle.go does what is peculiar to a kind.
type strategy struct {
	runtime.ObjectTyper
	names.NameGenerator
	res      *resource
	isStatus bool // of the status subresource
}

func part(obj runtime.Object, name string) reflect.Value {
	return reflect.ValueOf(obj).Elem().FieldByName(name)
}

func (s strategy) NamespaceScoped() bool { return s.res.namespaced }

func (s strategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	if status := part(obj, "Status"); status.IsValid() && s.res.clearStatus {
		status.SetZero()
	}
	prepareCreate(obj)
	if s.res.generation && part(obj, "Spec").IsValid() {
		must(meta.Accessor(obj)).SetGeneration(1)
	}
}

func (s strategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	prepareUpdate(obj)
	spec, status := part(obj, "Spec"), part(obj, "Status")
	if s.isStatus && spec.IsValid() {
		spec.Set(part(old, "Spec"))
	}
	if !s.isStatus && s.res.status && status.IsValid() {
		status.Set(part(old, "Status"))
	}
	now, before := must(meta.Accessor(obj)), must(meta.Accessor(old))
	now.SetGeneration(before.GetGeneration())
	if s.res.generation && spec.IsValid() && !apiequality.Semantic.DeepEqual(spec.Interface(), part(old, "Spec").Interface()) {
		now.SetGeneration(before.GetGeneration() + 1)
	}
}

func (s strategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validate(obj, nil)
}
func (s strategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validate(obj, old)
}
func (strategy) WarningsOnCreate(context.Context, runtime.Object) []string { return nil }
func (strategy) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}
func (strategy) Canonicalize(runtime.Object) {}
func (s strategy) AllowCreateOnUpdate() bool {
	return s.res.plural == "leases" || s.res.plural == "events"
}
func (s strategy) AllowUnconditionalUpdate() bool { return s.res.plural != "leases" }

func (s strategy) GetResetFields() map[fieldpath.APIVersion]*fieldpath.Set {
	if !s.res.status {
		return nil
	}
	reset := "status"
	if s.isStatus {
		reset = "spec"
	}
	return map[fieldpath.APIVersion]*fieldpath.Set{
		fieldpath.APIVersion(s.res.gv.String()): fieldpath.NewSet(fieldpath.MakePathOrDie(reset)),
	}
}

// addStorage adds the kind and its subresources to those served.
func addStorage(served map[string]rest.Storage, res *resource, restOptions generic.RESTOptionsGetter) error {
	age := extv1.CustomResourceColumnDefinition{Name: "Age", Type: "date", JSONPath: ".metadata.creationTimestamp"}
	table, err := tableconvertor.New(append(res.columns, age))
	if err != nil {
		return err
	}
	gr := res.gv.WithResource(res.plural).GroupResource()
	main := strategy{ObjectTyper: scheme, NameGenerator: names.SimpleNameGenerator, res: res}
	store := &registry.Store{
		NewFunc:     func() runtime.Object { return newOf(res.internal.typ) },
		NewListFunc: func() runtime.Object { return newOf(res.internal.list) },
		PredicateFunc: func(l labels.Selector, f fields.Selector) storage.SelectionPredicate {
			return storage.SelectionPredicate{Label: l, Field: f, GetAttrs: attributes}
		},
		DefaultQualifiedResource:  gr,
		SingularQualifiedResource: schema.GroupResource{Group: gr.Group, Resource: res.singular()},
		CreateStrategy:            main,
		UpdateStrategy:            main,
		DeleteStrategy:            main,
		ResetFieldsStrategy:       main,
		TableConvertor:            table,
	}
	if err := store.CompleteWithOptions(&generic.StoreOptions{RESTOptions: restOptions, AttrFunc: attributes}); err != nil {
		return err
	}
	served[res.plural] = &namedStore{store, res.short}
	if res.status {
		status := *store
		main.isStatus = true
		status.UpdateStrategy, status.ResetFieldsStrategy = main, main
		served[res.plural+"/status"] = statusREST{&status}
	}
	if spec, ok := res.internal.typ.FieldByName("Spec"); ok && res.gv == appsV1 {
		if _, ok := spec.Type.FieldByName("Replicas"); ok {
			served[res.plural+"/scale"] = scaleREST{store}
		}
	}
	return nil
}

type namedStore struct {
	*registry.Store
	short []string
}

func (s *namedStore) ShortNames() []string { return s.short }

// statusREST hides all but get and update of a store.
type statusREST struct{ store *registry.Store }

func (r statusREST) New() runtime.Object { return r.store.New() }
func (r statusREST) Destroy()            {}
func (r statusREST) Get(ctx context.Context, name string, o *metav1.GetOptions) (runtime.Object, error) {
	return r.store.Get(ctx, name, o)
}
func (r statusREST) Update(ctx context.Context, name string, info rest.UpdatedObjectInfo, created rest.ValidateObjectFunc,
	updated rest.ValidateObjectUpdateFunc, _ bool, o *metav1.UpdateOptions) (runtime.Object, bool, error) {
	return r.store.Update(ctx, name, info, created, updated, false, o)
}
func (r statusREST) GetResetFields() map[fieldpath.APIVersion]*fieldpath.Set {
	return r.store.GetResetFields()
}
func (r statusREST) ConvertToTable(ctx context.Context, obj, o runtime.Object) (*metav1.Table, error) {
	return r.store.ConvertToTable(ctx, obj, o)
}
