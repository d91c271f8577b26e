namespace KubeWol.Torture.Checking;

/// <summary>How a promise can be broken.</summary>
public enum Breach
{
    /// <summary>A message was heard, and there is neither an effect nor a refusal.</summary>
    Lost,

    /// <summary>One message became two requests, or one request did the same thing twice.</summary>
    Duplicated,

    /// <summary>Something was done, or asked for, that nobody had asked for.</summary>
    Unasked,

    /// <summary>A request says that it did what did not happen.</summary>
    Untrue,

    /// <summary>A request has not ended, or ended long after its deadline, or went on after its end.</summary>
    Unfinished,

    /// <summary>A request was refused that had to be carried out, or the other way round.</summary>
    WronglyJudged,

    /// <summary>A machine is not as the last word said.</summary>
    LastWord,

    /// <summary>A machine's run strategy is not its owner's.</summary>
    RunStrategy,

    /// <summary>A program said something that only a defect makes it say.</summary>
    Defect,
}
