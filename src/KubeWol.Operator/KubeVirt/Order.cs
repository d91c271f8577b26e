using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.KubeVirt;

/// <summary>One operation to be done for a request.</summary>
/// <param name="Operation">What is to be done.</param>
/// <param name="Request">For whom.</param>
/// <param name="Intent">How, where there is a choice.</param>
/// <param name="Target">To which machine; null where it is to be created.</param>
internal sealed record Order(WakeOperation Operation, WakeRequest Request, Intent Intent, Machine? Target)
{
    /// <summary>The machine.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public Machine Machine => Target ?? throw new InvalidOperationException($"{Operation} without a machine");

    /// <summary>Whether the same was asked for before, on behalf of the same request.</summary>
    public bool IsRepetition => Request.Status?.Operation == Operation;

    /// <summary>The machine's name.</summary>
    public ResourceKey Key => ResourceKey.Of(Machine.Object);
}
