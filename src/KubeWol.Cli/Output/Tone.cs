namespace KubeWol.Cli.Output;

/// <summary>What a piece of text is to the reader; the number is its SGR code (ECMA-48), 0 for none.</summary>
internal enum Tone
{
    Plain = 0,
    Strong = 1,
    Faint = 2,
    Bad = 31,
    Good = 32,
    Warning = 33,
}
