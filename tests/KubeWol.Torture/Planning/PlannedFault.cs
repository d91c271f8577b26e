namespace KubeWol.Torture.Planning;

/// <summary>A fault that will be made.</summary>
/// <param name="At">When it begins.</param>
/// <param name="Length">How long it lasts; zero for what happens in a moment.</param>
/// <param name="Name">What it is.</param>
/// <param name="Which">Whom it meets, where there are several: a number to be taken modulo how many there are.</param>
internal sealed record PlannedFault(TimeSpan At, TimeSpan Length, FaultName Name, int Which);
