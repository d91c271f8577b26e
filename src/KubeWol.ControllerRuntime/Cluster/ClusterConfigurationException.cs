namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>There is no usable kubeconfig or service account; the message says what to do.</summary>
public sealed class ClusterConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
