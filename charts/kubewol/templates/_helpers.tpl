{{/* Labels: root; component and labels where there are any. What the chart selects by cannot be overwritten. */}}
{{- define "kubewol.labelsOf" -}}
{{- $own := dict "app.kubernetes.io/name" "kubewol" "app.kubernetes.io/instance" .root.Release.Name "app.kubernetes.io/part-of" "kubewol" }}
{{- $_ := set $own "app.kubernetes.io/version" .root.Chart.AppVersion }}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version) }}
{{- with .component }}{{ $_ := set $own "app.kubernetes.io/component" . }}{{ end }}
{{- toYaml (merge $own (.labels | default dict) .root.Values.commonLabels) }}
{{- end }}

{{/* For extraObjects, which may include it. */}}
{{- define "kubewol.labels" -}}
{{ include "kubewol.labelsOf" (dict "root" .) }}
{{- end }}

{{/* The metadata of an object: root, name; cluster: true if it is in no namespace, or its namespace if that is not the release's; component, labels and annotations where there are any. */}}
{{- define "kubewol.metadata" -}}
name: {{ .name }}
{{- if not .cluster }}
namespace: {{ .namespace | default .root.Release.Namespace }}
{{- end }}
labels: {{- include "kubewol.labelsOf" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The metadata of a component's pods. */}}
{{- define "kubewol.podMetadata" -}}
{{- $own := index .root.Values .component -}}
labels: {{- include "kubewol.labelsOf" (dict "root" .root "component" .component "labels" $own.podLabels) | nindent 2 }}
{{- with merge (dict) $own.podAnnotations .root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "kubewol.selector" -}}
app.kubernetes.io/name: kubewol
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "kubewol.image" -}}
{{- $digest := (index .root.Values .component).imageDigest -}}
{{ .root.Values.image.repository }}/kubewol-{{ .component }}{{ if $digest }}@{{ $digest }}{{ else }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ end }}
{{- end }}

{{/* Where a component's pods go. */}}
{{- define "kubewol.placement" -}}
{{- $own := index .root.Values .component -}}
{{- with $own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $own.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "kubewol.env" -}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
# The runtime's debugging socket would need a writable root.
- {name: DOTNET_EnableDiagnostics, value: "0"}
# Not every container runtime gives a home to a user whom the image does not know, and without one .NET opens no TLS connection.
- {name: HOME, value: /}
{{- end }}

{{/* The ports that agents listen to: the usual ones, and those that mean other verbs. */}}
{{- define "kubewol.ports" -}}
{{- $ports := list .Values.agent.ports }}
{{- range .Values.wire.ports }}{{ with int . }}{{ $ports = append $ports (toString .) }}{{ end }}{{ end }}
{{- join "," $ports }}
{{- end }}

{{/* The ConfigMaps in which the operator tells agents what they need to know: one, and those with the addresses of machines. */}}
{{- define "kubewol.told" -}}
{{- $names := list "kubewol-agents" }}
{{- range $shard := untilStep 0 16 1 }}{{ $names = append $names (printf "kubewol-macs-%02x" $shard) }}{{ end }}
{{- $names | toJson }}
{{- end }}

{{/* What a caller may do to machines, as CEL variables; needs the variables scope (a namespace, or '' for all) and machine (a name, or '' for any). */}}
{{- define "kubewol.rightsOverMachines" -}}
- name: machines
  expression: authorizer.group('kubevirt.io').resource('virtualmachines').namespace(variables.scope).name(variables.machine)
- name: power
  expression: authorizer.group('subresources.kubevirt.io').resource('virtualmachines')
- name: freeze
  expression: authorizer.group('subresources.kubevirt.io').resource('virtualmachineinstances')
{{- end }}

{{/* The KubeVirt right that each verb needs. unless: when it is not asked for, with %s for the verb; before and after: what the message says around the verb. */}}
{{- define "kubewol.verbRights" -}}
{{- $where := "+ (variables.scope == '' ? 'in all namespaces' : 'in namespace ' + variables.scope)" -}}
- expression: >-
    {{ printf .unless "Wake" }}
    || (variables.power.subresource('start').namespace(variables.scope).name(variables.machine).check('update').allowed()
    && variables.freeze.subresource('unpause').namespace(variables.scope).name(variables.machine).check('update').allowed())
  messageExpression: >-
    "to {{ .before }}wake{{ .after }} you need the right to update virtualmachines/start and virtualmachineinstances/unpause (subresources.kubevirt.io) "
    {{ $where }}
  reason: Forbidden
- expression: >-
    {{ printf .unless "Sleep" }} || (variables.mode == 'Stop'
    ? variables.power.subresource('stop').namespace(variables.scope).name(variables.machine).check('update').allowed()
    : variables.freeze.subresource('pause').namespace(variables.scope).name(variables.machine).check('update').allowed())
  messageExpression: >-
    "to {{ .before }}put to sleep{{ .after }} you need the right to update "
    + (variables.mode == 'Stop' ? 'virtualmachines/stop' : 'virtualmachineinstances/pause') + " (subresources.kubevirt.io) "
    {{ $where }}
  reason: Forbidden
- expression: >-
    {{ printf .unless "Move" }}
    || (variables.power.subresource('migrate').namespace(variables.scope).name(variables.machine).check('update').allowed()
    && variables.machines.check('patch').allowed())
  messageExpression: >-
    "to {{ .before }}move{{ .after }} you need the right to update virtualmachines/migrate (subresources.kubevirt.io) and to patch virtualmachines (kubevirt.io) "
    {{ $where }}
  reason: Forbidden
- expression: >-
    {{ printf .unless "Instantiate" }}
    || (authorizer.group('kubevirt.io').resource('virtualmachines').namespace(variables.scope).check('create').allowed()
    && variables.power.subresource('start').namespace(variables.scope).check('update').allowed())
  messageExpression: >-
    "to {{ .before }}instantiate{{ .after }} you need the right to create virtualmachines (kubevirt.io) and to update virtualmachines/start (subresources.kubevirt.io) "
    {{ $where }}
  reason: Forbidden
- expression: >-
    {{ printf .unless "Destroy" }} || variables.machines.check('delete').allowed()
  messageExpression: >-
    "to {{ .before }}destroy{{ .after }} you need the right to delete virtualmachines (kubevirt.io) "
    {{ $where }}
  reason: Forbidden
{{- end }}

{{/* "yes" if the cluster may be given this kind of the Prometheus Operator: root, kind. */}}
{{- define "kubewol.monitored" -}}
{{- $missing := not (.root.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" .kind)) }}
{{- if and $missing (eq .root.Values.monitoring.withoutCrds "Fail") }}
{{- fail (printf "this cluster has no %s (monitoring.coreos.com/v1): install the Prometheus Operator first, or set monitoring.withoutCrds to Skip (leave it out) or Render (helm template cannot know what a cluster has: give it --api-versions monitoring.coreos.com/v1/%s)" .kind .kind) }}
{{- end }}
{{- if or (not $missing) (ne .root.Values.monitoring.withoutCrds "Skip") }}yes{{ end }}
{{- end }}
