namespace KubeWol.Api.Schema;

/// <summary>A CEL rule that the API server checks, with the sentence a person reads when it is broken.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
public sealed class RuleAttribute(string expression, string message) : Attribute
{
    /// <summary>The CEL expression; <c>self</c> is the value, <c>oldSelf</c> the value before an update.</summary>
    public string Expression { get; } = expression;

    /// <summary>What is wrong and what to do.</summary>
    public string Message { get; } = message;
}
