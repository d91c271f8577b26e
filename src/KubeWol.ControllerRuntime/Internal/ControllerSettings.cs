namespace KubeWol.ControllerRuntime.Internal;

/// <summary>What a <see cref="ControllerBuilder"/> was told.</summary>
internal sealed record ControllerSettings(int Workers, TimeSpan ReconcileTimeout);
