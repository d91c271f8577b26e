{{- define "kubewol.labels" -}}
app.kubernetes.io/name: kubewol
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "kubewol.selector" -}}
app.kubernetes.io/name: kubewol
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "kubewol.image" -}}
{{ .root.Values.image.repository }}/kubewol-{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "kubewol.env" -}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
# The runtime's debugging socket would need a writable root.
- {name: DOTNET_EnableDiagnostics, value: "0"}
{{- end }}

{{/* The ports that agents listen to: the usual ones, and those that mean other verbs. */}}
{{- define "kubewol.ports" -}}
{{- $ports := list .Values.agent.ports }}
{{- range .Values.wire.ports }}{{ with int . }}{{ $ports = append $ports (toString .) }}{{ end }}{{ end }}
{{- join "," $ports }}
{{- end }}
