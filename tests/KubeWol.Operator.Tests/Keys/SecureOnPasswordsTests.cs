using System.Text;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Keys;

namespace KubeWol.Operator.Tests.Keys;

public sealed class SecureOnPasswordsTests
{
    private readonly ResourceCache<SecureOnSecret> _secrets = new();

    [Theory]
    [InlineData("team-a", "four", PasswordState.Found)]
    [InlineData("team-a", "six", PasswordState.Found)]
    [InlineData("team-a", "five", PasswordState.Invalid)]
    [InlineData("team-a", "empty", PasswordState.Invalid)]
    [InlineData("team-a", "none", PasswordState.NoSuchKey)]
    [InlineData("team-b", "four", PasswordState.NoSuchKey)]
    [InlineData("team-c", "four", PasswordState.NoSecret)]
    internal void A_password_is_found_in_its_own_namespace_or_it_is_said_what_is_wrong(string ns, string key, PasswordState state)
    {
        _secrets.Set(Secret("team-a", new() { ["four"] = "192.168.1.1\n", ["six"] = "aa:bb:cc:dd:ee:ff", ["five"] = "12345", ["empty"] = "" }));
        _secrets.Set(Secret("team-b", null));
        var finding = new SecureOnPasswords(_secrets).Find(ns, key);
        Assert.Equal((state, state == PasswordState.Found), (finding.State, finding.Password is not null));
    }

    private static SecureOnSecret Secret(string ns, Dictionary<string, string>? data) =>
        new() { Metadata = new() { Namespace = ns, Name = "kubewol-secureon", Uid = ns, ResourceVersion = "1" }, Data = data?.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value)) };
}
