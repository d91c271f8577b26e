using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;
using KubeWol.Protocol;

namespace KubeWol.Cli.Sending;

/// <summary>What follows the magic packet itself: a SecureOn password, a signed command.</summary>
internal sealed class MessageOptions
{
    private readonly Option<byte[]?> _password = new("--password")
    {
        Description = "SecureOn password: 192.168.1.1 or aa:bb:cc:dd:ee:ff. Everybody on the network can read it.",
        HelpName = "PASSWORD",
        CustomParser = PasswordIn,
    };

    private readonly Option<string?> _key = new("--sign-key") { Description = "Sign a command with this private key (see kubectl wol keygen).", HelpName = "FILE" };
    private readonly Option<string?> _keyId = new("--key-id") { Description = "The key's id in the WakePolicy; the file's name without .pem if not given.", HelpName = "ID" };
    private readonly Option<string?> _node = new("--node") { Description = "Signed move: the node to move to.", HelpName = "NODE" };
    private readonly Option<string?> _template = new("--template") { Description = "Signed instantiate: the WakeTemplate.", HelpName = "NAME" };
    private readonly Option<Dictionary<string, string>?> _parameters = CommandOptions.Pairs("--parameter", "Signed instantiate: a value for a parameter of the template. May be repeated.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_password, _key, _keyId, _node, _template, _parameters]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_key) is not null) return;
            foreach (var option in (Option[])[_keyId, _node, _template, _parameters])
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} is part of a signed command: give --sign-key, too");
            }
        });
    }

    /// <summary>Whether a command is to be signed.</summary>
    public bool Signs(ParseResult given) => given.GetValue(_key) is not null;

    /// <summary>Whether a command is to be signed.</summary>
    public bool Signs(CommandResult given) => given.GetResult(_key) is not null;

    /// <summary>The password's octets, or null.</summary>
    public byte[]? Password(ParseResult given) => given.GetValue(_password) is { Length: > 0 } password ? password : null;

    /// <summary>The signed command, made now; null where none is to be.</summary>
    /// <exception cref="CliException">The key cannot be used, or the command does not fit.</exception>
    public byte[]? Command(ParseResult given, WakeAction verb, MacAddress target, TimeProvider time)
    {
        if (given.GetValue(_key) is not { } file) return null;
        using var key = KeyFile.Read(file, given.GetValue(_keyId));
        var command = new SignedCommand
        {
            Action = verb,
            Target = target,
            IssuedAt = time.GetUtcNow(),
            NodeName = given.GetValue(_node),
            Template = given.GetValue(_template),
            Parameters = given.GetValue(_parameters) ?? [],
        };
        try
        {
            return command.Sign(key.Key, key.Id);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new CliException(ExitCode.Usage, $"cannot sign that: {e.Message.Split(" (Parameter", 2)[0]}");
        }
    }

    private static byte[]? PasswordIn(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length == 17 && MacAddress.TryParse(text, out var six))
        {
            var octets = new byte[MacAddress.Size];
            six.CopyTo(octets);
            return octets;
        }

        // IPAddress also reads 1.2 and 0x1.2.3.4: only what it would write itself is taken.
        if (IPAddress.TryParse(text, out var four) && four.AddressFamily == AddressFamily.InterNetwork && four.ToString() == text) return four.GetAddressBytes();
        result.AddError($"--password: '{text}' is written neither as aa:bb:cc:dd:ee:ff nor as 192.168.1.1");
        return null;
    }
}
