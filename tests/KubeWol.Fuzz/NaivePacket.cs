namespace KubeWol.Fuzz;

/// <summary>Where a packet starts in a payload, and how many octets of password and command follow it if a command does.</summary>
public readonly record struct NaivePacket(int Start, int Password, int Command);
