package main

import (
	"reflect"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	extv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type goTypes struct{ typ, list reflect.Type }

// resource is one built-in kind. Its Go type in k8s.io/api stands for the internal version too.
type resource struct {
	gv           schema.GroupVersion
	kind, plural string
	namespaced   bool
	status       bool // has the status subresource
	clearStatus  bool // and loses the status given on create
	generation   bool // metadata.generation counts changes of the spec
	short        []string
	columns      []extv1.CustomResourceColumnDefinition
	internal     goTypes
}

func (r *resource) singular() string { return strings.ToLower(r.kind) }

// res reads one line of the table below. The flags: n namespaced, s status subresource, g generation, k keep the status given on
// create. A column is "Name:type:path"; one with a leading "+" is for -o wide only.
func res(gv schema.GroupVersion, kind, plural, flags, short string, columns ...string) *resource {
	has := func(flag string) bool { return strings.Contains(flags, flag) }
	r := &resource{
		gv:          gv,
		kind:        kind,
		plural:      plural,
		namespaced:  has("n"),
		status:      has("s"),
		clearStatus: has("s") && !has("k"),
		generation:  has("g"),
		short:       strings.Fields(short),
	}
	for _, column := range columns {
		column, isWide := strings.CutPrefix(column, "+")
		p := strings.SplitN(column, ":", 3)
		definition := extv1.CustomResourceColumnDefinition{Name: p[0], Type: p[1], JSONPath: p[2]}
		if isWide {
			definition.Priority = 1
		}
		r.columns = append(r.columns, definition)
	}
	return r
}

var (
	coreV1         = corev1.SchemeGroupVersion
	appsV1         = appsv1.SchemeGroupVersion
	batchV1        = batchv1.SchemeGroupVersion
	coordinationV1 = coordinationv1.SchemeGroupVersion
	rbacV1         = rbacv1.SchemeGroupVersion
	admissionV1    = admissionv1.SchemeGroupVersion
	policyV1       = policyv1.SchemeGroupVersion
	networkingV1   = networkingv1.SchemeGroupVersion
	discoveryV1    = discoveryv1.SchemeGroupVersion
	eventsV1       = eventsv1.SchemeGroupVersion
	schedulingV1   = schedulingv1.SchemeGroupVersion
	storageV1      = storagev1.SchemeGroupVersion
)

var resources = []*resource{
	res(coreV1, "Namespace", "namespaces", "s", "ns", "Status:string:.status.phase"),
	res(coreV1, "Node", "nodes", "sk", "no",
		"Status:string:.status.conditions[?(@.type==\"Ready\")].status",
		"Version:string:.status.nodeInfo.kubeletVersion", "+Internal-IP:string:.status.addresses[0].address"),
	res(coreV1, "Pod", "pods", "nsk", "po", "Status:string:.status.phase", "+IP:string:.status.podIP", "+Node:string:.spec.nodeName"),
	res(coreV1, "Event", "events", "n", "ev",
		"Type:string:.type", "Reason:string:.reason", "Object:string:.involvedObject.name", "Message:string:.message"),
	res(coreV1, "Secret", "secrets", "n", "", "Type:string:.type"),
	res(coreV1, "ConfigMap", "configmaps", "n", "cm"),
	res(coreV1, "Service", "services", "ns", "svc",
		"Type:string:.spec.type", "Cluster-IP:string:.spec.clusterIP", "Port:string:.spec.ports[*].port", "+Selector:string:.spec.selector"),
	res(coreV1, "Endpoints", "endpoints", "n", "ep"),
	res(coreV1, "ServiceAccount", "serviceaccounts", "n", "sa"),
	res(coreV1, "PersistentVolumeClaim", "persistentvolumeclaims", "ns", "pvc", "Status:string:.status.phase", "Volume:string:.spec.volumeName"),
	res(coreV1, "PersistentVolume", "persistentvolumes", "s", "pv", "Status:string:.status.phase"),
	res(coreV1, "ResourceQuota", "resourcequotas", "ns", "quota"),
	res(coreV1, "LimitRange", "limitranges", "n", "limits"),
	res(appsV1, "Deployment", "deployments", "nsg", "deploy",
		"Desired:integer:.spec.replicas", "Up-To-Date:integer:.status.updatedReplicas",
		"Available:integer:.status.availableReplicas", "+Images:string:.spec.template.spec.containers[*].image"),
	res(appsV1, "DaemonSet", "daemonsets", "nsg", "ds",
		"Desired:integer:.status.desiredNumberScheduled", "Ready:integer:.status.numberReady", "+Images:string:.spec.template.spec.containers[*].image"),
	res(appsV1, "StatefulSet", "statefulsets", "nsg", "sts", "Desired:integer:.spec.replicas", "Ready:integer:.status.readyReplicas"),
	res(appsV1, "ReplicaSet", "replicasets", "nsg", "rs", "Desired:integer:.spec.replicas", "Ready:integer:.status.readyReplicas"),
	res(appsV1, "ControllerRevision", "controllerrevisions", "n", ""),
	res(batchV1, "Job", "jobs", "nsg", "", "Succeeded:integer:.status.succeeded"),
	res(batchV1, "CronJob", "cronjobs", "nsg", "cj", "Schedule:string:.spec.schedule"),
	res(coordinationV1, "Lease", "leases", "n", "", "Holder:string:.spec.holderIdentity"),
	res(rbacV1, "Role", "roles", "n", ""),
	res(rbacV1, "RoleBinding", "rolebindings", "n", "", "Role:string:.roleRef.name"),
	res(rbacV1, "ClusterRole", "clusterroles", "", ""),
	res(rbacV1, "ClusterRoleBinding", "clusterrolebindings", "", "", "Role:string:.roleRef.name"),
	res(admissionV1, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "g", ""),
	res(admissionV1, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "g", ""),
	res(admissionV1, "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "gs", ""),
	res(admissionV1, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "g", ""),
	res(admissionV1, "MutatingAdmissionPolicy", "mutatingadmissionpolicies", "g", ""),
	res(admissionV1, "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", "g", ""),
	res(policyV1, "PodDisruptionBudget", "poddisruptionbudgets", "nsg", "pdb",
		"Min-Available:string:.spec.minAvailable", "Max-Unavailable:string:.spec.maxUnavailable"),
	res(networkingV1, "NetworkPolicy", "networkpolicies", "ng", "netpol"),
	res(networkingV1, "Ingress", "ingresses", "nsg", "ing", "Class:string:.spec.ingressClassName"),
	res(discoveryV1, "EndpointSlice", "endpointslices", "ng", ""),
	res(eventsV1, "Event", "events", "n", "ev", "Type:string:.type", "Reason:string:.reason", "Message:string:.message"),
	res(schedulingV1, "PriorityClass", "priorityclasses", "", "pc"),
	res(storageV1, "StorageClass", "storageclasses", "", "sc"),
}
