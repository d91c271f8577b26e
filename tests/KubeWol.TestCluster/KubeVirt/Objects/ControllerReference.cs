namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>An owner reference as a controller writes it: the owner is deleted only after what it owns.</summary>
internal sealed record ControllerReference(string ApiVersion, string Kind, string Name, string Uid, bool? Controller = null, bool? BlockOwnerDeletion = null);
