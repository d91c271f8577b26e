using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What is asked for.</summary>
[Rule("has(self.action) || has(self.frame)", "set action (such as Wake): it may be left out only by a capture agent, where a frame says what is meant")]
[Rule("!has(self.frame) || has(self.target.macAddress)", "a captured frame identifies a machine by its MAC address: set target.macAddress, not target.name")]
[Rule("!has(self.sleep) || (has(self.action) && self.action == 'Sleep')", "sleep says how to sleep: it goes with action Sleep only")]
[Rule("!has(self.move) || (has(self.action) && self.action == 'Move')", "move says where to: it goes with action Move only")]
[Rule("!has(self.instantiate) || (has(self.action) && self.action == 'Instantiate')", "instantiate says from what: it goes with action Instantiate only")]
[Rule("!has(self.action) || self.action != 'Instantiate' || has(self.target.macAddress)", "a machine is instantiated for a MAC address: set target.macAddress")]
public sealed record WakeRequestSpec
{
    /// <summary>The deadline of a request that names none, in seconds.</summary>
    public const int DefaultDeadlineSeconds = 300;

    /// <summary>How long a finished request stays where it names no time, in seconds.</summary>
    public const int DefaultTtlSeconds = 3600;

    /// <summary>What to do. Left out where a frame is given: then the operator finds out what the message means and says so in status.action.</summary>
    public WakeAction? Action { get; init; }

    /// <summary>The machine that is meant: its MAC address or its name, exactly one of the two.</summary>
    [Required]
    public WakeTarget Target { get; init; } = new();

    /// <summary>How to sleep; for action Sleep.</summary>
    public SleepSettings? Sleep { get; init; }

    /// <summary>Where to; for action Move. Without it the scheduler chooses.</summary>
    public MoveSettings? Move { get; init; }

    /// <summary>From what; for action Instantiate. Without it the template that claims the address is used.</summary>
    public InstantiateSettings? Instantiate { get; init; }

    /// <summary>The time, in seconds from the request's creation, after which it fails if the machine has not reached the wanted state; 300 if not set.</summary>
    [Range(5, 86_400)]
    [DefaultValue(DefaultDeadlineSeconds)]
    public int? DeadlineSeconds { get; init; }

    /// <summary>How long, in seconds, the request is kept once it has succeeded or failed. 0 deletes it at once; 3600 if not set.</summary>
    [Range(0, 2_592_000)]
    [DefaultValue(DefaultTtlSeconds)]
    public int? TtlSecondsAfterFinished { get; init; }

    /// <summary>The frame from which a capture agent made this request. Only agents set it.</summary>
    public CapturedFrame? Frame { get; init; }
}
